import Glibc
import Testing
import WebSockets

@Suite(.timeLimit(.minutes(6)))
struct LivenessTests {
    /// What stands before a text of 64 KiB or more.
    private static let longHead = 10

    /// More than the sockets of a connection hold together.
    private static let flood = WebSocketFrame(text: [UInt8](repeating: 0x66, count: 8 << 20))

    /// Pings whoever is silent for a moment.
    private static func pinging(
        pongTimeout: Duration,
        every interval: Duration = .milliseconds(50)
    ) -> WebSocketServerConfiguration {
        .local {
            $0.pingInterval = interval
            $0.pongTimeout = pongTimeout
            $0.closeTimeout = .milliseconds(100)
        }
    }

    @Test("a reader that stalls is choked, and drained when it reads; others are not held up")
    func choked() async throws {
        try await withServer { harness in
            let slow = try await harness.webSocket(receiveBuffer: 65_536)
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
            let slow = try await harness.webSocket(receiveBuffer: 65_536)
            let ids = await harness.recorder.open(1)
            #expect(await harness.recorder.sendOne(Self.flood, to: ids[0]) == .choked)
            #expect(await harness.recorder.closeCode(of: ids[0]).rawValue == 4004)
            #expect(await harness.recorder.sendOne(Self.flood, to: ids[0]) == .gone)
            _ = slow
        }
    }

    @Test("a reader that is slow, but reads, is not stalled")
    func slowButAlive() async throws {
        let configuration = WebSocketServerConfiguration.local {
            $0.stallTimeout = .seconds(2)
        }
        try await withSlowReader(configuration) { harness, slow in
            let ids = await harness.recorder.open(1)
            #expect(await harness.recorder.sendOne(Self.flood, to: ids[0]) == .choked)
            // Longer than the time in which a client that reads nothing is dropped.
            let piece = 128 << 10
            try await slow.read(25, of: piece)
            _ = try await slow.socket.receive(Self.flood.count - 25 * piece)
            let end = await harness.recorder.event {
                switch $0 {
                case .drained, .closed: true
                default: false
                }
            }
            return end == .drained(ids[0])
        }
    }

    @Test("a silent client is sent a ping, and another when it has answered")
    func answeredPings() async throws {
        try await withServer(Behaviour(), Self.pinging(pongTimeout: .seconds(300))) { harness in
            let polite = try await harness.webSocket()
            for _ in 0..<3 {
                let ping = try await polite.receiveFrame()
                #expect(ping.opcode == 0x9)
                try await polite.sendFrame(0xA, ping.payload)
            }
        }
    }

    @Test("a client that does not answer a ping is closed with the pong code")
    func unansweredPing() async throws {
        try await withServer(Behaviour(), Self.pinging(pongTimeout: .milliseconds(100))) {
            harness in
            let dead = try await harness.webSocket()
            #expect(try await dead.receiveFrame().opcode == 0x9)
            #expect(try await dead.receiveFrame().closeCode == 4005)
            let id = try #require(await harness.recorder.open(1).first)
            #expect(await harness.recorder.closeCode(of: id).rawValue == 4005)
            #expect(await dead.receiveToEnd().isEmpty)
        }
    }
}

extension LivenessTests {
    @Test("a client that has much to read before it comes to the ping is not taken for dead")
    func pingBehindMuch() async throws {
        try await withSlowReader(Self.pinging(pongTimeout: .seconds(2))) { harness, slow in
            let ids = await harness.recorder.open(1)
            // All of it fits into the sockets.
            let size = 1 << 20
            let text = WebSocketFrame(text: [UInt8](repeating: 0x66, count: size))
            #expect(await harness.recorder.sendOne(text, to: ids[0]) == .written)
            let piece = 24 << 10
            try await slow.read(40, of: piece)
            _ = try await slow.socket.receive(Self.longHead + size - 40 * piece)
            let ping = try await slow.socket.receiveFrame()
            try await slow.socket.sendFrame(0xA, ping.payload)
            let next = try await slow.socket.receiveFrame()
            return ping.opcode == 0x9 && next.opcode == 0x9
        }
    }

    @Test("a server that was held up itself hears its clients before it takes them for dead")
    func heldUp() async throws {
        var behaviour = Behaviour()
        behaviour.message = { server, bytes, id in
            usleep(3_000_000)
            server.send(WebSocketFrame(text: bytes), to: id)
        }
        var isInTime = false
        while !isInTime {
            try await withServer(behaviour, Self.pinging(pongTimeout: .seconds(2))) { harness in
                let other = try await harness.webSocket()
                let polite = try await harness.webSocket()
                let ping = try await polite.receiveFrame()
                let pinged = ContinuousClock.now
                #expect(ping.opcode == 0x9)
                try await other.sendFrame(0x1, Array("sleep".utf8))
                try await polite.sendFrame(0xA, ping.payload)
                // Else the machine, and not the server, has held it up.
                isInTime = .now < pinged + .milliseconds(500)
                if isInTime { #expect(try await polite.receiveFrame().opcode == 0x9) }
            }
        }
    }

    @Test("a paused client is not read, nor taken for dead; resumed, all it sent arrives in order")
    func paused() async throws {
        let configuration = Self.pinging(
            pongTimeout: .milliseconds(300),
            every: .milliseconds(300)
        )
        var behaviour = Behaviour()
        behaviour.opened = { server, id in server.pauseReceiving(from: id) }
        try await withServer(behaviour, configuration) { harness in
            let socket = try await harness.webSocket()
            let ids = await harness.recorder.open(1)
            let texts = ["first", "second", "third", String(repeating: "4", count: 200_000)]
            try await socket.send(texts.flatMap { RawSocket.frame(0x1, Array($0.utf8)) })
            // Longer than the time in which a silent client is dropped.
            try await Task.sleep(for: .milliseconds(1500))
            let events = await harness.recorder.events
            #expect(events == [.requested(ids[0]), .opened(ids[0])])
            await harness.recorder.resume(ids[0])
            for text in texts {
                var frame = try await socket.receiveFrame()
                // From now on it is pinged as any other.
                while frame.opcode == 0x9 { frame = try await socket.receiveFrame() }
                #expect(frame.text == text)
            }
        }
    }

    @Test("a paused client can be closed in due form")
    func closedWhilePaused() async throws {
        var behaviour = Behaviour()
        behaviour.opened = { server, id in server.pauseReceiving(from: id) }
        try await withServer(behaviour) { harness in
            let socket = try await harness.webSocket()
            let ids = await harness.recorder.open(1)
            try await socket.sendFrame(0x1, Array("unread".utf8))
            await harness.recorder.close(ids[0], code: .goingAway)
            let frame = try await socket.receiveFrame()
            #expect(frame.closeCode == 1001)
            try await socket.sendFrame(0x8, frame.payload)
            #expect(await socket.receiveToEnd().isEmpty)
            #expect(await harness.recorder.closeCode(of: ids[0]) == .goingAway)
        }
    }
}

extension Recorder {
    func resume(_ id: ConnectionID) {
        server.resumeReceiving(from: id)
    }

    func sendOne(_ frame: WebSocketFrame, to id: ConnectionID) -> SendOutcome {
        server.send(frame, to: id)
    }
}

/// A client that reads a piece ten times a second, if the machine lets it.
private struct SlowReader {
    let socket: RawSocket
    /// The longest time from one piece to the next.
    private(set) var longestPause = Duration.zero
    private var last = ContinuousClock.now

    init(_ socket: RawSocket) {
        self.socket = socket
    }

    mutating func read(_ count: Int, of size: Int) async throws {
        for _ in 0..<count {
            _ = try await socket.receive(size)
            note()
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Takes note of a pause that has ended.
    mutating func note() {
        longestPause = max(longestPause, .now - last)
        last = .now
    }
}

/// Runs a test with a slow reader, again where the machine was so busy that it was slower than it should be.
///
/// - Parameters:
///   - configuration: The server's, which must bear with a second.
///   - test: Tells whether all was as it should be.
/// - Throws: What the test throws, if the reader was in time.
private func withSlowReader(
    _ configuration: WebSocketServerConfiguration,
    _ test: (Harness, inout SlowReader) async throws -> Bool
) async throws {
    var isInTime = false
    while !isInTime {
        try await withServer(Behaviour(), configuration) { harness in
            var reader = SlowReader(try await harness.webSocket(receiveBuffer: 65_536))
            let outcome: Result<Bool, any Error>
            do {
                outcome = .success(try await test(harness, &reader))
            } catch {
                outcome = .failure(error)
            }
            reader.note()
            isInTime = reader.longestPause < .seconds(1)
            if isInTime { #expect(try outcome.get()) }
        }
    }
}
