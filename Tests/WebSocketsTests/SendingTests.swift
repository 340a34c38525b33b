import Testing
import WebSockets

@Suite(.timeLimit(.minutes(6)))
struct SendingTests {
    /// More than the sockets of a connection hold together, and no two pieces of it alike.
    private static let flood: [UInt8] = (0..<1 << 20).flatMap { number in
        Array(String(number + 1_000_000).utf8)
    }

    /// On a busy machine a client may take longer over it than a server would bear with.
    private static let patient = WebSocketServerConfiguration.local {
        $0.stallTimeout = .seconds(600)
        $0.pingInterval = .seconds(600)
    }

    @Test("a frame to many comes whole and in turn, however much of it the sockets take")
    func many() async throws {
        try await withServer(Behaviour(), Self.patient) { harness in
            let slow = try await harness.webSocket(receiveBuffer: 65_536)
            let quick = try await harness.webSocket()
            let gone = try await harness.webSocket()
            let ids = await harness.recorder.open(3)
            try await gone.sendFrame(0x8, [])
            _ = await harness.recorder.closeCode(of: ids[2])

            let first = WebSocketFrame(text: "first")
            #expect(await harness.recorder.sendAll(first, to: ids) == [ids[2]: .gone])
            let flood = WebSocketFrame(text: Self.flood)
            #expect(
                await harness.recorder.sendAll(flood, to: ids)
                    == [ids[0]: .choked, ids[1]: .choked, ids[2]: .gone]
            )
            for socket in [quick, slow] {
                #expect(try await socket.receiveFrame().text == "first")
            }
            #expect(try await quick.receiveFrame().payload == Self.flood)
            _ = await harness.recorder.event { $0 == .drained(ids[1]) }

            let last = WebSocketFrame(text: "last")
            #expect(
                await harness.recorder.sendAll(last, to: ids)
                    == [ids[0]: .choked, ids[2]: .gone]
            )
            #expect(try await quick.receiveFrame().text == "last")
            #expect(try await slow.receiveFrame().payload == Self.flood)
            #expect(try await slow.receiveFrame().text == "last")
            _ = await harness.recorder.event { $0 == .drained(ids[0]) }
            let counts = await harness.recorder.bytesSent(to: ids)
            let sum = UInt64(first.count + flood.count + last.count)
            #expect(counts == [sum, sum, 0])
        }
    }

    @Test("a pong that the socket has not taken is not broken into by a frame")
    func pongInBetween() async throws {
        try await withServer(Behaviour(), Self.patient) { harness in
            let socket = try await harness.webSocket(receiveBuffer: 65_536)
            let ids = await harness.recorder.open(1)
            // Fills the socket but for what a frame of this size does not fit into.
            let piece = WebSocketFrame(text: [UInt8](repeating: 0x70, count: 4096))
            var count = 0
            repeat {
                count += 1
                try await socket.sendFrame(0x9, [UInt8](repeating: 0x3f, count: 100))
            } while await harness.recorder.sendAll(piece, to: ids).isEmpty
            var (pieces, pongs) = (0, 0)
            while pieces < count || pongs == 0 {
                let frame = try await socket.receiveFrame()
                #expect([0x1, 0xA].contains(frame.opcode))
                #expect(frame.payload.allSatisfy { $0 == (frame.opcode == 0xA ? 0x3f : 0x70) })
                if frame.opcode == 0xA { pongs += 1 } else { pieces += 1 }
            }
        }
    }
}

extension Recorder {
    /// Sends a frame to many on the service thread.
    func sendAll(
        _ frame: WebSocketFrame,
        to ids: [ConnectionID]
    ) -> [ConnectionID: SendOutcome] {
        let exceptions = server.send(frame, to: ids[...])
        return Dictionary(uniqueKeysWithValues: exceptions.map { ($0.connection, $0.outcome) })
    }

    func bytesSent(to ids: [ConnectionID]) -> [UInt64] {
        ids.map { server.bytesSent(to: $0) }
    }
}
