import Testing
import WebSockets

@Suite(.timeLimit(.minutes(6)))
struct UpgradeTests {
    /// Lets in only who shows the right token, from the right page.
    static let guarded: Behaviour = {
        var behaviour = Behaviour()
        behaviour.upgrade = { request in
            guard request.headers["origin"] != "http://evil.example" else {
                return .refuse(HTTPResponse(status: 403, text: "Wrong origin.\n"))
            }
            guard request.headers["authorization"] == "Bearer right" else {
                var response = HTTPResponse(status: 401, text: "Who are you?\n")
                response.headers["WWW-Authenticate"] = "Bearer"
                return .refuse(response)
            }
            return .accept
        }
        return behaviour
    }()

    @Test("a refused client learns the status, in HTTP/1.1")
    func refused() async throws {
        try await withServer(Self.guarded) { harness in
            let socket = try await harness.socket()
            try await socket.send(RawSocket.upgrade())
            let response = try await socket.receiveResponse()
            #expect(response.head.hasPrefix("HTTP/1.1 401 Unauthorized\r\n"))
            #expect(response.head.contains("WWW-Authenticate: Bearer\r\n"))
            #expect(response.body == Array("Who are you?\n".utf8))
            #expect(await socket.receiveToEnd().isEmpty)

            await #expect(throws: WebSocketClientError.refused(status: 401)) {
                _ = try await harness.client(headers: ["Authorization": "Bearer wrong"])
            }
            let origin: HTTPHeaders = ["Origin": "http://evil.example"]
            await #expect(throws: WebSocketClientError.refused(status: 403)) {
                _ = try await harness.client(headers: origin)
            }
            let client = try await harness.client(headers: ["Authorization": "Bearer right"])
            await client.close()
            let events = await harness.recorder.events
            #expect(events.filter { if case .requested = $0 { true } else { false } }.count == 4)
            #expect(events.filter { if case .opened = $0 { true } else { false } }.count == 1)
        }
    }

    @Test("the delegate sees what is offered; the server's own is chosen, or none")
    func subprotocols() async throws {
        try await withServer { harness in
            let both = try await harness.client(subprotocol: "other, jobsync.v1.json")
            #expect(await both.chosenSubprotocol == "jobsync.v1.json")
            let none = try await harness.client(subprotocol: nil)
            #expect(await none.chosenSubprotocol == nil)
            await #expect(throws: WebSocketClientError.refused(status: 400)) {
                _ = try await harness.client(subprotocol: "other, else")
            }
            let offers = await harness.recorder.requests.map(\.subprotocols)
            #expect(offers == [["other", "jobsync.v1.json"], []], "the third never gets so far")
            let requests = await harness.recorder.requests
            #expect(Set(requests.map(\.connection)).count == 2)
        }
    }

    static let malformed: [(String, String, Int)] = [
        ("another path", RawSocket.upgrade(path: "/elsewhere"), 404),
        (
            "another verb",
            RawSocket.upgrade().replacing("GET", with: "POST")
                .replacing("Upgrade: websocket", with: "Upgrade: websocket\r\nContent-Length: 0"),
            405
        ),
        ("no key", RawSocket.upgrade().replacing("Sec-WebSocket-Key", with: "X-Key"), 400),
        ("no host", RawSocket.upgrade().replacing("Host", with: "X-Host"), 400),
        (
            "no connection",
            RawSocket.upgrade().replacing("Connection: Upgrade", with: "Connection: close"), 400
        ),
        ("old version", RawSocket.upgrade().replacing("Version: 13", with: "Version: 8"), 426),
        ("no version", RawSocket.upgrade().replacing("Sec-WebSocket-Version", with: "X-V"), 426),
        (
            "endless offers",
            RawSocket.upgrade(
                headers: ["Sec-WebSocket-Protocol: " + String(repeating: "a, ", count: 100) + "b"]
            ), 400
        ),
        ("no protocol", RawSocket.upgrade().replacing("websocket", with: "h2c"), 400),
        (
            "an empty key",
            RawSocket.upgrade().replacing("dGhlIHNhbXBsZSBub25jZQ==", with: ""), 400
        ),
        (
            "an endless key",
            RawSocket.upgrade().replacing(
                "dGhlIHNhbXBsZSBub25jZQ==",
                with: String(repeating: "A", count: 500)
            ), 400
        ),
        ("versions galore", RawSocket.upgrade().replacing(": 13", with: ": 13, 8"), 426),
    ]

    @Test("a malformed request is refused before the delegate is asked", arguments: malformed)
    func malformedRequest(_ name: String, _ request: String, _ status: Int) async throws {
        try await withServer { harness in
            let socket = try await harness.socket()
            try await socket.send(request)
            let response = try await socket.receiveResponse()
            #expect(response.head.hasPrefix("HTTP/1.1 \(status) "))
            #expect(await socket.receiveToEnd().isEmpty)
            #expect(await harness.recorder.requests.isEmpty)
        }
    }

    @Test("an upgrade may follow a plain request, and be followed by frames in the same packet")
    func coalesced() async throws {
        try await withServer { harness in
            let socket = try await harness.socket()
            try await socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await socket.receiveResponse().head.hasPrefix("HTTP/1.1 404"))
            let frames = RawSocket.frame(0x1, Array("one".utf8)) + RawSocket.frame(0x1, [0x32])
            try await socket.send(Array(RawSocket.upgrade().utf8) + frames)
            #expect(try await socket.receiveHead().hasPrefix("HTTP/1.1 101"))
            #expect(try await socket.receiveFrame().text == "one")
            #expect(try await socket.receiveFrame().text == "2")
        }
    }

    @Test("the server may speak first")
    func speaksFirst() async throws {
        var behaviour = Behaviour()
        behaviour.opened = { server, id in
            #expect(server.remoteAddress(of: id)?.host == "127.0.0.1")
            let frame = WebSocketFrame(text: "welcome")
            #expect(server.send(frame, to: id) == .written)
            #expect(server.bytesSent(to: id) == UInt64(frame.count))
        }
        try await withServer(behaviour) { harness in
            let client = try await harness.client()
            var messages = client.messages.makeAsyncIterator()
            #expect(await messages.next() == Array("welcome".utf8))
        }
    }

    @Test("a connection that the delegate closes as it opens is closed in due form")
    func closedAtOnce() async throws {
        var behaviour = Behaviour()
        behaviour.opened = { server, id in server.close(id, code: .serviceRestart, reason: "busy") }
        try await withServer(behaviour) { harness in
            let socket = try await harness.webSocket()
            let frame = try await socket.receiveFrame()
            #expect(frame.closeCode == 1012)
            try await socket.sendFrame(0x8, frame.payload)
            let id = try #require(await harness.recorder.open(1).first)
            #expect(await harness.recorder.closeCode(of: id) == .serviceRestart)
        }
    }
}
