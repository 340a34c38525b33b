import Synchronization
import Testing
import WebSockets

/// Answers whose bodies are made while they go out.
@Suite(.timeLimit(.minutes(6)))
struct StreamTests {
    /// What a body is made of; tells when nobody needs it any more.
    private final class Source: Sendable {
        private let released: AsyncStream<Void>.Continuation

        init(_ released: AsyncStream<Void>.Continuation) { self.released = released }

        deinit { released.yield() }

        func piece() -> [UInt8] { [UInt8](repeating: 1, count: 256 << 10) }
    }

    private static func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    }

    /// A body of so many bytes in pieces of so many, of which the last may be shorter.
    private static func stream(_ count: Int, by size: Int) -> HTTPBodyStream {
        let rest = Mutex(0..<count)
        return HTTPBodyStream(count: count) {
            await Task.yield()
            return rest.withLock { rest in
                let piece = rest.prefix(size)
                rest = piece.upperBound..<count
                return piece.map { UInt8(truncatingIfNeeded: $0 &* 7) }
            }
        }
    }

    private static func answering(
        _ makeStream: @escaping @Sendable (HTTPRequest) -> HTTPBodyStream
    ) -> Behaviour {
        var behaviour = Behaviour()
        behaviour.respond = { request in
            guard request.path != "/plain" else { return HTTPResponse(status: 200, text: "plain") }
            let status = request.queryValue("status").flatMap { Int($0) } ?? 200
            var response = HTTPResponse(status: status)
            response.stream = makeStream(request)
            return response
        }
        return behaviour
    }

    @Test("bodies made in pieces come whole, and in their order with all others")
    func order() async throws {
        let behaviour = Self.answering { _ in Self.stream(1_000_001, by: 70_000) }
        try await withServer(behaviour) { harness in
            let socket = try await harness.socket()
            let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
            let plain = "GET /plain HTTP/1.1\r\nHost: x\r\n\r\n"
            let post = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nGET"
            let head = "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"
            let bodiless = "GET /?status=304 HTTP/1.1\r\nHost: x\r\n\r\n"
            try await socket.send(get + plain + post + head + bodiless + get + plain)
            for isStream in [true, false, true] {
                let response = try await socket.receiveResponse()
                #expect(response.body == (isStream ? Self.bytes(1_000_001) : Array("plain".utf8)))
                #expect(response.head.contains("Connection: keep-alive\r\n"))
            }
            let only = try await socket.receiveResponse(isToHead: true).head
            #expect(only.contains("Content-Length: 1000001\r\n"))
            #expect(try await socket.receiveHead().hasPrefix("HTTP/1.1 304 "))
            #expect(try await socket.receiveResponse().body == Self.bytes(1_000_001))
            // The connection is as good as before.
            try await socket.send(get)
            #expect(try await socket.receiveResponse().body == Array("plain".utf8))
            #expect(try await socket.receiveResponse().body == Self.bytes(1_000_001))
        }
    }

    @Test("a body of nothing, of one byte, and for a client that keeps no connection")
    func small() async throws {
        let behaviour = Self.answering { request in
            Self.stream(Int(request.queryValue("count") ?? "") ?? 0, by: 3)
        }
        try await withServer(behaviour) { harness in
            let socket = try await harness.socket()
            for count in [0, 1, 3, 4, 0] {
                try await socket.send("GET /?count=\(count) HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(try await socket.receiveResponse().body == Self.bytes(count))
            }
            try await socket.send("GET /?count=100000 HTTP/1.0\r\n\r\n")
            #expect(try await socket.receiveResponse().body == Self.bytes(100_000))
            #expect(await socket.receiveToEnd().isEmpty)
        }
    }

    @Test(
        "only what the socket takes is made; a client that does not read is dropped, and all let go"
    )
    func stalledReader() async throws {
        let (released, continuation) = AsyncStream.makeStream(of: Void.self)
        let made = Atomic(0)
        let behaviour = Self.answering { _ in
            let source = Source(continuation)
            return HTTPBodyStream(count: 1 << 40) {
                made.add(1, ordering: .relaxed)
                return source.piece()
            }
        }
        try await withServer(behaviour, .local { $0.stallTimeout = .milliseconds(200) }) {
            let socket = try await $0.socket(receiveBuffer: 65_536)
            try await socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            for await _ in released { break }
            // What the kernel holds for both ends is some megabytes.
            #expect(made.load(ordering: .relaxed) < 200)
            let other = try await $0.socket()
            try await other.send("GET /plain HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await other.receiveResponse().body == Array("plain".utf8))
        }
    }

    static let faults: [(String, [Int])] = [
        ("nothing", []), ("too little", [1000, 1000]), ("an empty piece", [1000, 0, 2000]),
        ("too much", [1000, 2001]),
    ]

    @Test(
        "what cannot be made to the end ends the connection, with nothing beyond",
        arguments: faults
    )
    func unmakeable(_ name: String, _ sizes: [Int]) async throws {
        let behaviour = Self.answering { _ in
            let rest = Mutex(sizes[...])
            return HTTPBodyStream(count: 3000) {
                rest.withLock { $0.popFirst() }.map { [UInt8](repeating: 1, count: $0) }
            }
        }
        try await withServer(behaviour) { harness in
            let socket = try await harness.socket()
            let next = "GET /plain HTTP/1.1\r\nHost: x\r\n\r\n"
            try await socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n" + next)
            #expect(try await socket.receiveHead().contains("Content-Length: 3000\r\n"))
            let rest = await socket.receiveToEnd()
            #expect(rest.count < 3000 && rest.allSatisfy { $0 == 1 })
        }
    }

    @Test("a piece that does not come holds up neither others nor the server's end")
    func endWhileMaking() async throws {
        let (asked, asking) = AsyncStream.makeStream(of: Void.self)
        let (gate, keeper) = AsyncStream.makeStream(of: Void.self)
        let behaviour = Self.answering { _ in
            HTTPBodyStream(count: 10) {
                asking.yield()
                for await _ in gate {}
                return Self.bytes(10)
            }
        }
        try await withServer(behaviour) { harness in
            let socket = try await harness.socket()
            try await socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            for await _ in asked { break }
            let other = try await harness.socket()
            try await other.send("GET /plain HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await other.receiveResponse().body == Array("plain".utf8))
        }
        keeper.finish()
    }

    @Test("the server's end waits until a body is out")
    func endWhileSending() async throws {
        let (asked, asking) = AsyncStream.makeStream(of: Void.self)
        let behaviour = Self.answering { _ in
            HTTPBodyStream(count: 8 << 20) {
                asking.yield()
                return [UInt8](repeating: 1, count: 64 << 10)
            }
        }
        let server = WebSocketServer(
            configuration: .local { $0.closeTimeout = .milliseconds(100) }
        )
        let port = try await server.start(delegate: Recorder(server: server, behaviour: behaviour))
            .port
        let socket = try await RawSocket(port: port, receiveBuffer: 65_536)
        try await socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        for await _ in asked { break }
        async let end: Void = server.stop(grace: .seconds(60))
        let response = try await socket.receiveResponse()
        #expect(response.body.count == 8 << 20)
        #expect(await socket.receiveToEnd().isEmpty)
        await end
    }
}
