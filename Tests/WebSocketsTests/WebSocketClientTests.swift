import Testing
import WebSockets

@Suite(.timeLimit(.minutes(6)))
struct WebSocketClientTests {
    @Test("nobody listening is unreachable")
    func refusedConnection() async {
        // Of the ports below 1024, which no other test can be given meanwhile.
        let gone = "127.0.0.1:1"
        let expected = WebSocketClientError.unreachable(gone, reason: "Connection refused")
        await #expect(throws: expected) {
            try await WebSocketClient().connect(to: "ws://\(gone)/ws")
        }
    }

    @Test("a name without an address is unreachable")
    func unknownName() async {
        let error = await #expect(throws: WebSocketClientError.self) {
            try await WebSocketClient().connect(to: "ws://no.such.host.invalid/ws")
        }
        guard case .unreachable("no.such.host.invalid", _) = error else {
            Issue.record("not \(String(describing: error))")
            return
        }
    }

    @Test("a server that says nothing is a timeout")
    func silentServer() async throws {
        // Accepts, and then has its one thread busy for longer than the client waits.
        var behaviour = Behaviour()
        behaviour.upgrade = { _ in
            for _ in 0..<60 where !Task.isCancelled { busyWait(milliseconds: 10) }
            return .accept
        }
        try await withServer(behaviour) { harness in
            var configuration = WebSocketClientConfiguration()
            configuration.connectTimeout = .milliseconds(200)
            let client = WebSocketClient(configuration: configuration)
            await #expect(throws: WebSocketClientError.timedOut) {
                try await client.connect(to: harness.url)
            }
        }
    }

    static let badURLs = [
        "http://localhost/ws", "ws://", "ws:///ws", "ws://host:0/ws", "ws://host:x/", "ws://a b/",
        "ws://::1/ws", "ws://[::1]x/ws", "ws://user@host/", "localhost:80", "",
    ]

    @Test("what is no address of a WebSocket is told apart at once", arguments: badURLs)
    func badURL(_ url: String) async {
        let error = await #expect(throws: WebSocketClientError.self) {
            try await WebSocketClient().connect(to: url)
        }
        guard case .badURL(url, _) = error else {
            Issue.record("not \(String(describing: error))")
            return
        }
    }

    @Test("path and query reach the server")
    func query() async throws {
        try await withServer { harness in
            let client = WebSocketClient()
            try await client.connect(to: harness.url + "?who=me#fragment", headers: ["X-Who": "b"])
            let request = try #require(await harness.recorder.requests.first)
            #expect(request.path == "/ws")
            #expect(request.queryValue("who") == "me")
            #expect(request.headers["host"] == "\(harness.address)")
            #expect(request.headers["origin"] == nil)
            await client.close()
        }
    }

    @Test("messages sent from many tasks all arrive, big ones too")
    func concurrentSends() async throws {
        try await withServer { harness in
            let client = try await harness.client()
            await withThrowingTaskGroup { group in
                for number in 0..<20 {
                    group.addTask {
                        let text = String(repeating: "\(number % 10)", count: 300_000)
                        try await client.send(text)
                    }
                }
            }
            var firsts: [UInt8] = []
            var messages = client.messages.makeAsyncIterator()
            for _ in 0..<20 {
                let message = try #require(await messages.next())
                #expect(message.count == 300_000)
                #expect(Set(message).count == 1)
                firsts.append(message[0])
            }
            #expect(firsts.sorted() == (0..<20).map { UInt8(48 + $0 % 10) }.sorted())
        }
    }

    @Test("a reader that falls behind gets every message in the end, in order")
    func backPressure() async throws {
        let count = 3000
        var behaviour = Behaviour()
        behaviour.message = { server, _, id in
            for number in 0..<count {
                server.send(WebSocketFrame(text: "\(number)"), to: id)
            }
        }
        try await withServer(behaviour) { harness in
            var configuration = WebSocketClientConfiguration()
            configuration.maximumBufferedMessages = 10
            let client = WebSocketClient(configuration: configuration)
            try await client.connect(to: harness.url)
            try await client.send("go")
            var messages = client.messages.makeAsyncIterator()
            for number in 0..<count {
                #expect(await messages.next() == Array("\(number)".utf8))
            }
            await client.close()
        }
    }

    @Test("closing is answered though nobody reads; what was received can still be read")
    func closeWithUnread() async throws {
        var behaviour = Behaviour()
        behaviour.message = { server, _, id in
            for number in 0..<1000 {
                server.send(WebSocketFrame(text: "\(number)"), to: id)
            }
        }
        try await withServer(behaviour) { harness in
            var configuration = WebSocketClientConfiguration()
            configuration.maximumBufferedMessages = 10
            configuration.closeTimeout = .seconds(50)
            let client = WebSocketClient(configuration: configuration)
            try await client.connect(to: harness.url)
            try await client.send("go")
            var messages = client.messages.makeAsyncIterator()
            #expect(await messages.next() == Array("0".utf8))
            await client.close()
            #expect(await client.closure?.code == .normal)
            // How many had come by then is the network's affair.
            var rest: [[UInt8]] = []
            while let message = await messages.next() { rest.append(message) }
            #expect(rest == (1..<1 + rest.count).map { Array("\($0)".utf8) })
            #expect(rest.count <= 10)
        }
    }

    @Test("a task that waits for a message can be cancelled, and another can wait after it")
    func cancellation() async throws {
        try await withServer { harness in
            let client = try await harness.client()
            let waiting = Task {
                var messages = client.messages.makeAsyncIterator()
                return await messages.next()
            }
            waiting.cancel()
            #expect(await waiting.value == nil)
            try await client.send("still here")
            var messages = client.messages.makeAsyncIterator()
            #expect(await messages.next() == Array("still here".utf8))
        }
    }

    @Test("letting go of a client drops its connection")
    func letGo() async throws {
        try await withServer { harness in
            do {
                _ = try await harness.client()
            }
            let id = try #require(await harness.recorder.open(1).first)
            #expect(await harness.recorder.closeCode(of: id) == .abnormal)
        }
    }

    @Test("closing a client that never connected does nothing")
    func neverConnected() async {
        let client = WebSocketClient()
        await client.close()
        await #expect(throws: WebSocketClientError.closed) { try await client.send("x") }
        for await _ in client.messages {
            Issue.record("a message from nowhere")
        }
    }
}

/// Blocks the thread, as a delegate must not.
private func busyWait(milliseconds: Int) {
    let end = ContinuousClock.now + .milliseconds(milliseconds)
    while ContinuousClock.now < end {}
}
