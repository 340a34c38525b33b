import Testing
import WebSockets

@Suite(.timeLimit(.minutes(1)))
struct LivenessTests {
    /// More than the sockets of a connection hold together.
    private static let flood = WebSocketFrame(text: [UInt8](repeating: 0x66, count: 8 << 20))

    @Test("a reader that stalls is choked, and drained when it reads; others are not held up")
    func choked() async throws {
        try await withServer { harness in
            let slow = try await harness.webSocket(receiveBuffer: 4096)
            let ids = await harness.recorder.open(1)
            #expect(await harness.recorder.sendOne(Self.flood, to: ids[0]) == .choked)
            #expect(
                await harness.recorder.sendOne(WebSocketFrame(text: "more"), to: ids[0]) == .choked
            )

            let quick = try await harness.client()
            var messages = quick.messages.makeAsyncIterator()
            for number in 0..<100 {
                try await quick.send("\(number)")
                #expect(await messages.next() == Array("\(number)".utf8))
            }
            let early = await harness.recorder.events
            #expect(!early.contains(.drained(ids[0])))

            #expect(try await slow.receiveFrame().payload.count == 8 << 20)
            #expect(try await slow.receiveFrame().text == "more")
            _ = await harness.recorder.event { $0 == .drained(ids[0]) }
            #expect(
                await harness.recorder.sendOne(WebSocketFrame(text: "x"), to: ids[0]) == .written
            )
            #expect(try await slow.receiveFrame().text == "x")
            let drained = await harness.recorder.events.filter { $0 == .drained(ids[0]) }
            #expect(drained.count == 1)
        }
    }

    @Test("a reader that takes no byte is closed with the stall code")
    func stalled() async throws {
        try await withServer(
            Behaviour(),
            .local {
                $0.stallTimeout = .milliseconds(200)
                $0.closeTimeout = .milliseconds(100)
            }
        ) { harness in
            let slow = try await harness.webSocket(receiveBuffer: 4096)
            let ids = await harness.recorder.open(1)
            #expect(await harness.recorder.sendOne(Self.flood, to: ids[0]) == .choked)
            #expect(await harness.recorder.closeCode(of: ids[0]).rawValue == 4004)
            #expect(await harness.recorder.sendOne(Self.flood, to: ids[0]) == .gone)
            _ = slow
        }
    }

    @Test("a reader that is slow, but reads, is not stalled")
    func slowButAlive() async throws {
        try await withServer(Behaviour(), .local { $0.stallTimeout = .milliseconds(300) }) {
            harness in
            let slow = try await harness.webSocket(receiveBuffer: 4096)
            let ids = await harness.recorder.open(1)
            let frame = WebSocketFrame(text: [UInt8](repeating: 0x66, count: 8 << 20))
            #expect(await harness.recorder.sendOne(frame, to: ids[0]) == .choked)
            for _ in 0..<12 {
                _ = try await slow.receive(64 << 10)
                try await Task.sleep(for: .milliseconds(100))
            }
            _ = try await slow.receive(frame.count - 12 * (64 << 10))
            _ = await harness.recorder.event { $0 == .drained(ids[0]) }
        }
    }

    @Test("a silent client is sent a ping; one that answers stays, one that does not is dropped")
    func pings() async throws {
        try await withServer(
            Behaviour(),
            .local {
                $0.pingInterval = .milliseconds(100)
                $0.pongTimeout = .seconds(1)
                $0.closeTimeout = .milliseconds(100)
            }
        ) { harness in
            let polite = try await harness.client()
            let dead = try await harness.webSocket()
            let ids = await harness.recorder.open(2)
            #expect(try await dead.receiveFrame().opcode == 0x9)
            #expect(try await dead.receiveFrame().closeCode == 4005)
            #expect(await harness.recorder.closeCode(of: ids[1]).rawValue == 4005)
            #expect(await dead.receiveToEnd().isEmpty)
            try await polite.send("alive")
            var messages = polite.messages.makeAsyncIterator()
            #expect(await messages.next() == Array("alive".utf8))
        }
    }
}

extension Recorder {
    func sendOne(_ frame: WebSocketFrame, to id: ConnectionID) -> SendOutcome {
        server.send(frame, to: id)
    }
}
