import Testing
import WebSockets

@Suite("Strangers", .timeLimit(.minutes(6)))
struct StrangersTests {
    /// Knows who says "it's me".
    private static let behaviour: Behaviour = {
        var behaviour = Behaviour()
        behaviour.message = { server, message, id in
            if message == Array("it's me".utf8) { server.recognize(id) }
            server.send(WebSocketFrame(text: message), to: id)
        }
        return behaviour
    }()

    private static func limited(
        total: Int = 4,
        ofAddress: Int = 4,
        _ change: (inout WebSocketServerConfiguration) -> Void = { _ in }
    ) -> WebSocketServerConfiguration {
        .local {
            $0.maximumStrangers = total
            $0.maximumStrangersOfAddress = ofAddress
            $0.maximumStrangerMessageBytes = 100
            change(&$0)
        }
    }

    private static func acquaintance(_ harness: Harness) async throws -> RawSocket {
        let socket = try await harness.webSocket()
        try await say("it's me", on: socket)
        return socket
    }

    private static func say(_ text: String, on socket: RawSocket) async throws {
        try await socket.send(HandmadeFrame.text(text))
        #expect(try await socket.receiveFrame().text == text)
    }

    @Test(
        "silent ones make room in the order in which they fell silent",
        arguments: [(4, 9), (9, 4)]
    )
    func silent(_ total: Int, _ ofAddress: Int) async throws {
        try await withServer(Self.behaviour, Self.limited(total: total, ofAddress: ofAddress)) {
            harness in
            var silent: [RawSocket] = []
            for _ in 0..<12 { silent.append(try await harness.socket()) }
            // Whoever says something is served, though all places are taken.
            let one = try await harness.webSocket()
            try await Self.say("hello", on: one)
            for socket in silent.prefix(9) { #expect(await socket.receiveToEnd().isEmpty) }
            // The others are still there.
            for socket in silent.suffix(2) {
                try await socket.send(RawSocket.upgrade())
                #expect(try await socket.receiveHead().hasPrefix("HTTP/1.1 101"))
            }
            #expect(await harness.recorder.crowdedOut == 9)
        }
    }

    @Test("a WebSocket that has not logged in is told why it goes")
    func told() async throws {
        try await withServer(Self.behaviour, Self.limited(total: 1, ofAddress: 1)) { harness in
            let first = try await harness.webSocket()
            let second = try await harness.webSocket()
            let frame = try await first.receiveFrame()
            #expect(frame.closeCode == 4009)
            #expect(await first.receiveToEnd().isEmpty)
            try await Self.say("hello", on: second)
            let id = try #require(await harness.recorder.open(1).first)
            #expect(await harness.recorder.closeCode(of: id).rawValue == 4009)
        }
    }

    @Test("those who only trickle keep nobody waiting")
    func trickling() async throws {
        try await withServer(Self.behaviour, Self.limited()) { harness in
            var trickling: [Task<Void, Never>] = []
            for _ in 0..<4 {
                let socket = try await harness.socket()
                trickling.append(
                    Task {
                        while !Task.isCancelled, (try? await socket.send("G")) != nil {
                            try? await Task.sleep(for: .milliseconds(5))
                        }
                    }
                )
            }
            for _ in 0..<8 { try await Self.say("hello", on: Self.acquaintance(harness)) }
            for task in trickling { task.cancel() }
        }
    }

    @Test("those who are known stay, and take no place of the others")
    func known() async throws {
        try await withServer(Self.behaviour, Self.limited()) { harness in
            var known: [RawSocket] = []
            for _ in 0..<20 { known.append(try await Self.acquaintance(harness)) }
            var silent: [RawSocket] = []
            for _ in 0..<20 { silent.append(try await harness.socket()) }
            known.append(try await Self.acquaintance(harness))
            for socket in known { try await Self.say("still here", on: socket) }
            #expect(await harness.recorder.crowdedOut >= 16)
        }
    }

    @Test("of many who come at once and have something to say all are served")
    func storm() async throws {
        try await withServer(Self.behaviour, Self.limited(total: 10, ofAddress: 10)) { harness in
            let hello = HandmadeFrame.text("it's me")
            try await withThrowingTaskGroup { group in
                for _ in 0..<60 {
                    group.addTask {
                        // Whoever had to go for another one comes back, as clients do.
                        while true {
                            let socket = try await harness.socket()
                            guard
                                (try? await socket.send(Array(RawSocket.upgrade().utf8) + hello))
                                    != nil,
                                (try? await socket.receiveHead()) != nil,
                                try await socket.receiveFrame().text == "it's me"
                            else { continue }
                            try await Self.say("still here", on: socket)
                            return
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("when there is no seat left a stranger gives up his, and nobody else")
    func full() async throws {
        let configuration = Self.limited { $0.maximumConnections = 4 }
        try await withServer(Self.behaviour, configuration) { harness in
            var known: [RawSocket] = []
            for _ in 0..<3 { known.append(try await Self.acquaintance(harness)) }
            let silent = try await harness.socket()
            known.append(try await Self.acquaintance(harness))
            #expect(await silent.receiveToEnd().isEmpty)
            let beyond = try await harness.socket()
            #expect(try await beyond.receiveHead().hasPrefix("HTTP/1.1 503 "))
            for socket in known { try await Self.say("still here", on: socket) }
        }
    }

    @Test("strangers are taken short messages only, compressed or not; others long ones")
    func messages() async throws {
        let configuration = Self.limited { $0.compressedFrom = .max }
        let long = String(repeating: "z", count: 101)
        for bytes in [HandmadeFrame.text(long), TestDeflater.frame(Array(long.utf8))] {
            try await withServer(Self.behaviour, configuration) { harness in
                let stranger = try await harness.webSocket(offer: "permessage-deflate")
                try await Self.say(String(long.dropLast()), on: stranger)
                try await stranger.send(bytes)
                let frame = try await stranger.receiveFrame()
                #expect(frame.closeCode == 1009)
                #expect(
                    String(decoding: frame.payload.dropFirst(2), as: UTF8.self)
                        == "a message may have 100 bytes before the login"
                )
                let known = try await harness.webSocket(offer: "permessage-deflate")
                try await known.send(HandmadeFrame.text("it's me") + bytes)
                #expect(try await known.receiveFrame().text == "it's me")
                #expect(try await known.receiveFrame().text == long)
            }
        }
    }
}

extension Recorder {
    var crowdedOut: Int { server.crowdedOut }
}
