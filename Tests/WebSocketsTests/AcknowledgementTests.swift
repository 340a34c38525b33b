import Testing
import WebSockets

@Suite(.timeLimit(.minutes(6)))
struct AcknowledgementTests {
    @Test(
        "what a client has no room for is acknowledged when it has read, and of one that is gone nothing is known"
    )
    func marks() async throws {
        try await withServer { harness in
            let socket = try await harness.webSocket(receiveBuffer: 4096)
            let id = await harness.recorder.open(1)[0]
            let (mark, count) = try #require(await harness.recorder.fill(id))
            #expect(await harness.recorder.hasAcknowledged(mark) == false)
            for _ in 0..<count { #expect(try await socket.receiveFrame().payload.count == 1000) }
            // Nothing tells of it.
            while await harness.recorder.hasAcknowledged(mark) == false { await Task.yield() }
            #expect(await harness.recorder.hasAcknowledged(mark) == true)
            await harness.recorder.end(id)
            try await socket.sendFrame(0x8, [])
            _ = await harness.recorder.closeCode(of: id)
            #expect(await harness.recorder.hasAcknowledged(mark) == nil)
        }
    }
}

extension Recorder {
    /// Sends more than the client has room for: the rest stays in this side's socket.
    fileprivate func fill(_ id: ConnectionID) -> (mark: AcknowledgementMark, frames: Int)? {
        let frame = WebSocketFrame(text: [UInt8](repeating: 0x66, count: 1000))
        let count = 64
        for _ in 0..<count {
            guard server.send(frame, to: id) == .written else { return nil }
        }
        // While bytes are being acknowledged there is nothing to be told.
        while true {
            if let mark = server.mark(id) { return (mark, count) }
        }
    }

    fileprivate func hasAcknowledged(_ mark: AcknowledgementMark) -> Bool? {
        server.hasAcknowledged(mark)
    }

    fileprivate func end(_ id: ConnectionID) { server.close(id, code: .normal) }
}
