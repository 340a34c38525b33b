import Testing
import WebSockets

@Suite(.timeLimit(.minutes(6)))
struct LifeTests {
    @Test("a port in use gives an error that says so")
    func portInUse() async throws {
        try await withServer { harness in
            let port = harness.address.port
            let second = WebSocketServer(configuration: .local { $0.port = port })
            let recorder = Recorder(server: second, behaviour: Behaviour())
            let expected = WebSocketServerError.portInUse(host: "127.0.0.1", port: port)
            await #expect(throws: expected) {
                _ = try await second.start(delegate: recorder)
            }
            #expect("\(expected)" == "port \(port) on 127.0.0.1 is in use by another program")
        }
    }

    @Test("a host that is none gives an error", arguments: ["192.0.2.1", "no.such.host.invalid"])
    func unknownHost(_ host: String) async throws {
        let server = WebSocketServer(configuration: .local { $0.host = host })
        let recorder = Recorder(server: server, behaviour: Behaviour())
        let error = await #expect(throws: WebSocketServerError.self) {
            _ = try await server.start(delegate: recorder)
        }
        guard case .unknownHost(host, _) = error else {
            Issue.record("not \(String(describing: error))")
            return
        }
    }

    @Test("a name is listened on at all its addresses, a port shared if asked")
    func names() async throws {
        var shared = WebSocketServerConfiguration()
        shared.sharesPort = true
        let first = WebSocketServer(configuration: shared)
        let firstRecorder = Recorder(server: first, behaviour: Behaviour())
        let address = try await first.start(delegate: firstRecorder)
        #expect(address.host == "127.0.0.1")
        #expect(address.port > 0)
        shared.port = address.port
        let second = WebSocketServer(configuration: shared)
        let secondRecorder = Recorder(server: second, behaviour: Behaviour())
        #expect(try await second.start(delegate: secondRecorder).port == address.port)
        let client = WebSocketClient()
        try await client.connect(to: "ws://localhost:\(address.port)/ws")
        await client.close()
        await first.stop()
        let other = WebSocketClient()
        try await other.connect(to: "ws://localhost:\(address.port)/ws")
        await other.close()
        await second.stop()
    }

    @Test("stopping closes every connection with code and reason, and the delegate hears of it")
    func stop() async throws {
        let server = WebSocketServer(configuration: .local())
        let recorder = Recorder(server: server, behaviour: Behaviour())
        let address = try await server.start(delegate: recorder)
        let harness = Harness(server: server, recorder: recorder, address: address)
        let polite = try await harness.client()
        let deaf = try await harness.webSocket()
        let idle = try await harness.socket()
        let ids = await recorder.open(2)
        await server.stop(
            code: WebSocketCloseCode(rawValue: 4001),
            reason: "draining",
            grace: .milliseconds(300)
        )
        for await _ in polite.messages {}
        #expect(await polite.closure?.code.rawValue == 4001)
        #expect(await polite.closure?.reason == "draining")
        #expect(try await deaf.receiveFrame().closeCode == 4001)
        #expect(await deaf.receiveToEnd().isEmpty)
        #expect(await idle.receiveToEnd().isEmpty)
        let code = WebSocketCloseCode(rawValue: 4001)
        let ends = await recorder.events.suffix(2)
        #expect(Set(ends.map { "\($0)" }) == Set(ids.map { "\(Recorder.Event.closed($0, code))" }))
        #expect(await recorder.sendOne(WebSocketFrame(text: "x"), to: ids[0]) == .gone)
    }

    @Test("a request under way is answered before the server stops")
    func stopDuringRequest() async throws {
        let (asked, continuation) = AsyncStream<Void>.makeStream()
        var behaviour = Behaviour()
        behaviour.respond = { _ in
            continuation.yield()
            try? await Task.sleep(for: .milliseconds(100))
            return HTTPResponse(status: 200, text: "done")
        }
        let server = WebSocketServer(configuration: .local())
        let recorder = Recorder(server: server, behaviour: behaviour)
        let address = try await server.start(delegate: recorder)
        let socket = try await RawSocket(port: address.port)
        try await socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        for await _ in asked { break }
        await server.stop()
        let response = try await socket.receiveResponse()
        #expect(response.body == Array("done".utf8))
        #expect(response.head.contains("Connection: close\r\n"))
    }

    @Test("server and delegate are let go after stopping, and the thread with them")
    func leaks() async throws {
        weak var server: WebSocketServer?
        weak var recorder: Recorder?
        do {
            let strong = WebSocketServer(configuration: .local())
            let delegate = Recorder(server: strong, behaviour: Behaviour())
            (server, recorder) = (strong, delegate)
            let address = try await strong.start(delegate: delegate)
            let client = WebSocketClient()
            try await client.connect(to: "ws://\(address)/ws")
            await strong.stop()
        }
        #expect(server == nil)
        #expect(recorder == nil)
    }

    @Test("a server that never started, or failed to, is let go as well")
    func neverStarted() async {
        _ = WebSocketServer(configuration: .local())
        let server = WebSocketServer(configuration: .local { $0.host = "192.0.2.1" })
        let recorder = Recorder(server: server, behaviour: Behaviour())
        _ = try? await server.start(delegate: recorder)
        await server.stop()
    }
}
