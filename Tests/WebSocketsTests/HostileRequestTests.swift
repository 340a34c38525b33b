import Testing
import WebSockets

/// What nobody's browser sends.
@Suite("Hostile requests", .timeLimit(.minutes(6)))
struct HostileRequestTests {
    private static let rest = " HTTP/1.1\r\nHost: x\r\n\r\n"

    private static func get(_ fields: String...) -> String {
        "GET / HTTP/1.1\r\nHost: x\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    static let refusals: [(String, String, Int)] = [
        ("HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        ("another version", "GET / HTTP/1.2\r\nHost: x\r\n\r\n", 505),
        ("no version", "GET /\r\n\r\n", 400),
        ("half a version", "GET / HTTP/1\r\nHost: x\r\n\r\n", 400),
        ("TLS", "\u{16}\u{3}\u{1}\u{2}\n\r\n\r\n", 400),
        ("nonsense", "%%%\r\n\r\n", 400),
        ("only lines", "GET / HTTP/1.1\nHost: x\n\n", 400),
        ("an unknown verb", "BREW /" + rest, 405),
        ("TRACE", "TRACE /" + rest, 405),
        ("the whole server", "OPTIONS *" + rest, 405),
        ("a tunnel", "CONNECT x:80" + rest, 405),
        ("a verb with a comma", "GE,T /" + rest, 400),
        ("a lowercase verb", "get /" + rest, 405),
        ("no path", "GET x" + rest, 400),
        ("two spaces", "GET  /" + rest, 400),
        ("half a percent", "GET /%4" + rest, 400),
        ("no percent", "GET /%GG" + rest, 400),
        ("a zero", "GET /%00" + rest, 400),
        ("a zero in the query", "GET /?a=%00" + rest, 400),
        ("no host", "GET / HTTP/1.1\r\n\r\n", 400),
        ("two hosts", get("Host: y"), 400),
        ("a folded line", get("A: b", " c"), 400),
        ("a name with a space", get("A : b"), 400),
        ("no name", get(": b"), 400),
        ("no colon", get("A"), 400),
        ("a bare return", get("A: b\rC: d"), 400),
        ("a zero in a value", get("A: b\0"), 400),
        ("two lengths that agree", get("Content-Length: 0", "Content-Length: 0"), 400),
        ("a negative length", get("Content-Length: -1"), 400),
        ("a length with a sign", get("Content-Length: +1"), 400),
        ("a hexadecimal length", get("Content-Length: 0x10"), 400),
        ("an empty length", get("Content-Length:"), 400),
        ("a list of lengths", get("Content-Length: 1, 1"), 400),
        ("too great a length", get("Content-Length: 9223372036854775807"), 413),
        ("an overflowing length", get("Content-Length: 99999999999999999999999"), 413),
        ("chunks and a length", get("Transfer-Encoding: chunked", "Content-Length: 1"), 411),
        ("an unknown encoding", get("Transfer-Encoding: rot13"), 411),
        ("an unknown upgrade", get("Connection: Upgrade", "Upgrade: gopher"), 400),
        (
            "HTTP/2",
            get("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AA"), 400
        ),
        ("an endless line", "GET /" + String(repeating: "a", count: 17_000), 431),
        ("endless fields", get(String(repeating: "A: b\r\n", count: 4000) + "C: d"), 431),
        ("empty lines and no end", String(repeating: "\r\n", count: 9000), 431),
    ]

    @Test("is answered with what is wrong with it, and others are served", arguments: refusals)
    func refusal(_ name: String, _ request: String, _ status: Int) async throws {
        try await withServer(HTTPTests.behaviour) { harness in
            let socket = try await harness.socket()
            try await socket.send(request)
            let response = try await socket.receiveResponse()
            #expect(response.head.hasPrefix("HTTP/1.1 \(status) "))
            #expect(response.head.contains("Connection: close\r\n"))
            #expect(await socket.receiveToEnd().isEmpty)
            #expect(await harness.recorder.requests.isEmpty)
            let other = try await harness.socket()
            try await other.send("GET /late" + Self.rest)
            #expect(try await other.receiveResponse().body == Array("late".utf8))
        }
    }

    static let oddities: [(String, String, String)] = [
        ("an empty line before", "\r\nGET /a" + rest, "/a"),
        ("a whole address", "GET http://x/a/b" + rest, "/a/b"),
        ("a whole address without a path", "GET http://x" + rest, "/"),
        ("the top and above", "GET /../../a" + rest, "/a"),
        ("the same in other words", "GET /%2e%2e/b/%2E./a" + rest, "/a"),
        ("many slashes", "GET //a///b/" + rest, "/a/b/"),
        ("letters beyond ASCII", "GET /%C3%A9" + rest, "/é"),
        ("what is no text", "GET /%FF" + rest, "/\u{FFFD}"),
        ("a question without one", "GET /a?" + rest, "/a"),
    ]

    @Test("what is odd, but well-formed, is understood", arguments: oddities)
    func oddity(_ name: String, _ request: String, _ path: String) async throws {
        try await withServer(HTTPTests.behaviour) { harness in
            let socket = try await harness.socket()
            try await socket.send(request)
            #expect(try await socket.receiveResponse().head.hasPrefix("HTTP/1.1 404 "))
            #expect(await harness.recorder.requests.map(\.path) == [path])
        }
    }

    @Test("fields that come several times are one list")
    func lists() async throws {
        try await withServer(HTTPTests.behaviour) { harness in
            let socket = try await harness.socket()
            try await socket.send(
                Self.get("Cookie: a=1", "Cookie: b=2", "X-List: 1", "x-list:\t2 ", "X-Empty:")
            )
            _ = try await socket.receiveResponse()
            let request = try #require(await harness.recorder.requests.first)
            #expect(request.cookie("a") == "1")
            #expect(request.cookie("b") == "2")
            #expect(request.headers["X-List"] == "1, 2")
            #expect(request.headers["X-Empty"] == "")
        }
    }

    @Test("a request that comes byte by byte is a request", arguments: [1, 2, 3, 4, 5, 7])
    func pieces(_ size: Int) async throws {
        try await withServer(HTTPTests.behaviour) { harness in
            let socket = try await harness.socket()
            let bytes = Array(
                "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody".utf8
            )
            for start in stride(from: 0, to: bytes.count, by: size) {
                try await socket.send(Array(bytes[start...].prefix(size)))
            }
            #expect(try await socket.receiveResponse().body == Array("body".utf8))
        }
    }

    @Test(
        "a request has one time, however its bytes trickle in",
        arguments: ["head", "body", "second"]
    )
    func trickle(_ part: String) async throws {
        let behaviour = HTTPTests.behaviour
        try await withServer(behaviour, .local { $0.handshakeTimeout = .milliseconds(300) }) {
            harness in
            var socket = try await harness.socket()
            if part == "second" {
                // On a busy machine even the first request may take too long.
                while true {
                    try? await socket.send("GET /late" + Self.rest)
                    if (try? await socket.receiveResponse()) != nil { break }
                    socket = try await harness.socket()
                }
            }
            let length = part == "body" ? "Content-Length: 60000\r\n\r\n" : "A: "
            let slow = socket
            try? await slow.send("POST /echo HTTP/1.1\r\nHost: x\r\n" + length)
            // A byte now and then keeps nobody's connection open.
            let trickle = Task {
                while (try? await slow.send([0x61])) != nil {
                    try? await Task.sleep(for: .milliseconds(20))
                }
            }
            await trickle.value
            #expect(await harness.recorder.requests.allSatisfy { $0.method == "GET" })
        }
    }
}
