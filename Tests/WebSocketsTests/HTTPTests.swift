import Testing
import WebSockets

@Suite(.timeLimit(.minutes(6)))
struct HTTPTests {
    /// Answers what it was asked; `/late` only after others had their turn, `/big` at length.
    static let behaviour: Behaviour = {
        var behaviour = Behaviour()
        behaviour.respond = { request in
            switch request.path {
            case "/big":
                return HTTPResponse(status: 200, body: bigBody)
            case "/late":
                for _ in 0..<100 {
                    await Task.yield()
                }
                try? await Task.sleep(for: .milliseconds(20))
                return HTTPResponse(status: 200, text: "late")
            case "/nothing":
                return HTTPResponse(status: 204, headers: ["X-Evil": "a\r\nSet-Cookie: b"])
            case "/echo":
                var response = HTTPResponse(status: 200, body: request.body)
                response.headers["Content-Type"] = request.headers["Content-Type"]
                response.headers.add("Set-Cookie", "a=1")
                response.headers.add("Set-Cookie", "b=2")
                return response
            default:
                return HTTPResponse(status: 404, text: "not here\n")
            }
        }
        return behaviour
    }()

    static let bigBody = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }

    @Test("a request has its path, query, headers and cookies")
    func requestParts() async throws {
        try await withServer(Self.behaviour) { harness in
            let socket = try await harness.socket()
            try await socket.send(
                """
                GET /a%20b/../c?x=1&y=two%26three&flag HTTP/1.1\r
                Host: example.org\r
                Cookie: other=1; jobsync=s%20ecret\r
                Authorization: Bearer abc\r\n\r\n
                """
            )
            #expect(try await socket.receiveResponse().head.hasPrefix("HTTP/1.1 404 Not Found\r\n"))
            let request = try #require(await harness.recorder.requests.first)
            #expect(request.method == "GET")
            #expect(request.path == "/c")
            #expect(request.queryValue("x") == "1")
            #expect(request.queryValue("y") == "two&three")
            #expect(request.queryValue("flag") == "")
            #expect(request.queryValue("z") == nil)
            #expect(request.headers["HOST"] == "example.org")
            #expect(request.headers["authorization"] == "Bearer abc")
            #expect(request.headers["origin"] == nil)
            #expect(request.cookie("jobsync") == "s%20ecret")
            #expect(request.cookie("absent") == nil)
            #expect(request.body.isEmpty)
            #expect(request.remoteAddress.host == "127.0.0.1")
        }
    }

    @Test("requests follow each other on one connection: GET, HEAD, POST, a late answer, a big one")
    func keepAlive() async throws {
        try await withServer(Self.behaviour) { harness in
            let socket = try await harness.socket()
            try await socket.send("HEAD /big HTTP/1.1\r\nHost: x\r\n\r\n")
            let head = try await socket.receiveResponse(isToHead: true).head
            #expect(head.contains("Content-Length: 1000000\r\n"))
            #expect(head.contains("Connection: keep-alive\r\n"))

            let post = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/x\r\n"
            try await socket.send(post + "Content-Length: 5\r\n\r\nhello")
            let echo = try await socket.receiveResponse()
            #expect(echo.body == Array("hello".utf8))
            #expect(echo.head.contains("Content-Type: text/x\r\n"))
            #expect(echo.head.contains("Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n"))

            try await socket.send("GET /late HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await socket.receiveResponse().body == Array("late".utf8))

            try await socket.send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await socket.receiveResponse().body == Self.bigBody)

            try await socket.send(post + "Content-Length: 0\r\n\r\n")
            #expect(try await socket.receiveResponse().body.isEmpty)

            try await socket.send("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n")
            let nothing = try await socket.receiveResponse().head
            #expect(nothing.hasPrefix("HTTP/1.1 204 No Content\r\n"))
            #expect(!nothing.contains("Content-Length"))
            #expect(nothing.contains("X-Evil: aSet-Cookie: b\r\n"))
            #expect(
                await harness.recorder.requests.map(\.connection.rawValue).allSatisfy { $0 > 0 }
            )
            #expect(Set(await harness.recorder.requests.map(\.connection)).count == 1)
        }
    }

    @Test("requests sent in one go are answered in their order")
    func pipelining() async throws {
        try await withServer(Self.behaviour) { harness in
            let socket = try await harness.socket()
            try await socket.send(
                "POST /late HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
                    + "GET /late HTTP/1.1\r\nHost: x\r\n\r\n"
                    + "GET /big HTTP/1.1\r\nHost: x\r\n\r\n"
                    + "HEAD /big HTTP/1.1\r\nHost: x\r\n\r\n"
                    + "GET /absent HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            )
            #expect(try await socket.receiveResponse().body == Array("late".utf8))
            #expect(try await socket.receiveResponse().body == Array("late".utf8))
            #expect(try await socket.receiveResponse().body == Self.bigBody)
            _ = try await socket.receiveResponse(isToHead: true)
            let last = try await socket.receiveResponse()
            #expect(last.head.hasPrefix("HTTP/1.1 404"))
            #expect(last.head.contains("Connection: close\r\n"))
            #expect(await socket.receiveToEnd().isEmpty)
            #expect(await harness.recorder.requests[0].body == Array("one".utf8))
        }
    }

    @Test("bodies behind other requests are theirs, and nobody else's")
    func pipelinedBodies() async throws {
        try await withServer(Self.behaviour) { harness in
            let socket = try await harness.socket()
            let post = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n"
            let late = "POST /late HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nGET "
            try await socket.send(post + "one" + late + post + "two" + post + "end")
            #expect(try await socket.receiveResponse().body == Array("one".utf8))
            #expect(try await socket.receiveResponse().body == Array("late".utf8))
            #expect(try await socket.receiveResponse().body == Array("two".utf8))
            #expect(try await socket.receiveResponse().body == Array("end".utf8))
        }
    }

    @Test("HTTP/1.0 is answered, and the connection closed")
    func oldVersion() async throws {
        try await withServer(Self.behaviour) { harness in
            let socket = try await harness.socket()
            try await socket.send("GET /big HTTP/1.0\r\n\r\n")
            let response = try await socket.receiveResponse()
            #expect(response.head.contains("Connection: close\r\n"))
            #expect(response.body == Self.bigBody)
            #expect(await socket.receiveToEnd().isEmpty)
        }
    }

    static let refusals: [(String, String, Int)] = [
        ("another verb", "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx", 405),
        ("a verb without a body", "DELETE / HTTP/1.1\r\nHost: x\r\n\r\n", 405),
        ("a tunnel", "CONNECT other:80 HTTP/1.1\r\nHost: x\r\n\r\n", 405),
        ("no length", "POST /echo HTTP/1.1\r\nHost: x\r\n\r\n", 411),
        (
            "chunks",
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411
        ),
        ("no number", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n", 400),
        ("two numbers", "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (
            "a long header",
            "GET / HTTP/1.1\r\nHost: x\r\nCookie: " + String(repeating: "c", count: 20_000)
                + "\r\n\r\n", 431
        ),
        ("HTTP/2", "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", 400),
    ]

    @Test(
        "what is not served is refused in HTTP/1.1, and the connection closed",
        arguments: refusals
    )
    func refusal(_ name: String, _ request: String, _ status: Int) async throws {
        try await withServer(Self.behaviour) { harness in
            let socket = try await harness.socket()
            try await socket.send(request)
            let response = try await socket.receiveResponse()
            #expect(response.head.hasPrefix("HTTP/1.1 \(status) "))
            #expect(response.head.contains("Connection: close\r\n"))
            #expect(await socket.receiveToEnd().isEmpty)
            #expect(await harness.recorder.requests.isEmpty)
        }
    }

    @Test("a body that is too large gets its answer, though it is sent to the end")
    func tooLarge() async throws {
        try await withServer(Self.behaviour) { harness in
            let socket = try await harness.socket()
            let count = 1 << 20
            try await socket.send(
                "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: \(count)\r\n\r\n"
            )
            try await socket.send([UInt8](repeating: 0x62, count: count))
            #expect(try await socket.receiveResponse().head.hasPrefix("HTTP/1.1 413 "))
            #expect(await socket.receiveToEnd().isEmpty)
            #expect(await harness.recorder.requests.isEmpty)
        }
    }

    @Test("the biggest body is taken, also in pieces and after 100 Continue")
    func biggestBody() async throws {
        try await withServer(Self.behaviour) { harness in
            let socket = try await harness.socket()
            let body = [UInt8](repeating: 0x62, count: 64 << 10)
            let head = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.count)\r\n"
            try await socket.send(head + "Expect: 100-continue\r\n\r\n")
            #expect(try await socket.receiveHead() == "HTTP/1.1 100 Continue\r\n\r\n")
            for start in stride(from: 0, to: body.count, by: 10_000) {
                try await socket.send(Array(body[start...].prefix(10_000)))
            }
            #expect(try await socket.receiveResponse().body == body)
        }
    }

    @Test("a client that never says what it wants is dropped")
    func silence() async throws {
        try await withServer(Behaviour(), .local { $0.handshakeTimeout = .milliseconds(100) }) {
            harness in
            let silent = try await harness.socket()
            let slow = try await harness.socket()
            try await slow.send("GET / HTTP/1.1\r\nHost: ")
            let halfBody = try await harness.socket()
            try await halfBody.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
            for socket in [silent, slow, halfBody] {
                #expect(await socket.receiveToEnd().isEmpty)
            }
        }
    }

    @Test(
        "what is thought about for a client that is gone is given up",
        arguments: [false, true]
    )
    func goneClient(stillReads: Bool) async throws {
        var behaviour = Behaviour()
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let (ended, end) = AsyncStream.makeStream(of: Void.self)
        behaviour.respond = { _ in
            begin.yield()
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(1000)) }
            end.yield()
            return HTTPResponse(status: 503, text: "given up")
        }
        try await withServer(behaviour) { harness in
            var socket: RawSocket? = try await harness.socket()
            try await socket?.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            _ = await begun.first { true }
            if stillReads {
                await socket?.finishSending()
            } else {
                socket = nil
            }
            _ = await ended.first { true }
            // Who has only said his last word is answered.
            if let socket {
                let text = String(decoding: await socket.receiveToEnd(), as: UTF8.self)
                #expect(text.hasPrefix("HTTP/1.1 503 ") && text.hasSuffix("given up"))
            }
        }
    }

    @Test("an idle connection is closed in the end")
    func idle() async throws {
        try await withServer(Behaviour(), .local { $0.idleTimeout = .milliseconds(100) }) {
            harness in
            let socket = try await harness.socket()
            try await socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await socket.receiveResponse().head.hasPrefix("HTTP/1.1 404"))
            #expect(await socket.receiveToEnd().isEmpty)
        }
    }

    @Test("a reader of a big answer that stalls is dropped")
    func stalledReader() async throws {
        var behaviour = Behaviour()
        behaviour.respond = { _ in
            HTTPResponse(status: 200, body: Array(repeating: 1, count: 20 << 20))
        }
        try await withServer(behaviour, .local { $0.stallTimeout = .milliseconds(200) }) {
            // A busy server may look later.
            for pause in [1, 4, 16, 64] {
                let socket = try await $0.socket(receiveBuffer: 65_536)
                try await socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = try await socket.receiveHead()
                try await Task.sleep(for: .seconds(pause))
                if (try? await socket.receive(20 << 20)) == nil { return }
            }
            Issue.record("the whole answer came")
        }
    }

    @Test("one client too many is told so")
    func tooMany() async throws {
        try await withServer(Behaviour(), .local { $0.maximumConnections = 1 }) { harness in
            let first = try await harness.webSocket()
            let second = try await harness.socket()
            #expect(try await second.receiveHead().hasPrefix("HTTP/1.1 503 "))
            try await first.sendFrame(0x1, Array("still here".utf8))
            #expect(try await first.receiveFrame().text == "still here")
        }
    }
}
