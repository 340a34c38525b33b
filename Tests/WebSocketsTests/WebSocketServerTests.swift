import Testing
import WebSockets

@Suite(.timeLimit(.minutes(6)))
struct WebSocketServerTests {
    @Test("what a client sends comes back")
    func echo() async throws {
        try await withServer { harness in
            let client = try await harness.client()
            #expect(await client.chosenSubprotocol == "jobsync.v1.json")
            var messages = client.messages.makeAsyncIterator()
            for text in ["hello", "", "žluťoučký 🐴", String(repeating: "x", count: 100_000)] {
                try await client.send(text)
                #expect(await messages.next() == Array(text.utf8))
            }
            await client.close()
            #expect(await client.closure == .init(code: .normal, reason: ""))
            let id = try #require(await harness.recorder.open(1).first)
            #expect(await harness.recorder.closeCode(of: id) == .normal)
        }
    }

    @Test("fragments become a message, with control frames in between")
    func fragments() async throws {
        try await withServer { harness in
            let socket = try await harness.webSocket()
            try await socket.sendFrame(0x1, Array("one ".utf8), isFinal: false)
            try await socket.sendFrame(0x9, Array("are you there?".utf8))
            try await socket.sendFrame(0x0, Array("two ".utf8), isFinal: false)
            try await socket.sendFrame(0x0, [], isFinal: false)
            try await socket.sendFrame(0xA, Array("unasked pong".utf8))
            try await socket.sendFrame(0x0, Array("three".utf8))
            var texts: Set<String> = []
            for _ in 0..<2 {
                let frame = try await socket.receiveFrame()
                texts.insert("\(frame.opcode) \(frame.text)")
            }
            #expect(texts == ["10 are you there?", "1 one two three"])
        }
    }

    @Test("a message byte by byte is a message")
    func trickle() async throws {
        try await withServer { harness in
            let socket = try await harness.webSocket()
            for byte in RawSocket.frame(0x1, Array("trickle".utf8)) {
                try await socket.send([byte])
            }
            #expect(try await socket.receiveFrame().text == "trickle")
        }
    }

    static let faults: [(String, [UInt8], Int)] = [
        ("too big at once", RawSocket.frame(0x1, Array(repeating: 0x61, count: 1025)), 1009),
        (
            "too big in fragments",
            RawSocket.frame(0x1, Array(repeating: 0x61, count: 1000), isFinal: false)
                + RawSocket.frame(0x0, Array(repeating: 0x61, count: 25)), 1009
        ),
        ("binary", RawSocket.frame(0x2, [1, 2, 3]), 1003),
        ("not UTF-8", RawSocket.frame(0x1, [0x61, 0xFF, 0x61]), 1007),
        ("half a character", RawSocket.frame(0x1, [0xC3]), 1007),
        ("unknown opcode", RawSocket.frame(0x3, [1]), 1002),
        ("continuation of nothing", RawSocket.frame(0x0, [0x61]), 1002),
    ]

    @Test("a wrong message is answered with the right close code", arguments: faults)
    func faulty(_ name: String, _ bytes: [UInt8], _ code: Int) async throws {
        try await withServer(Behaviour(), .local { $0.maximumMessageBytes = 1024 }) { harness in
            let socket = try await harness.webSocket()
            try await socket.send(bytes)
            let frame = try await socket.receiveFrame()
            #expect(frame.opcode == 0x8)
            #expect(frame.closeCode == code)
            try await socket.sendFrame(0x8, Array(frame.payload.prefix(2)))
            #expect(await socket.receiveToEnd().isEmpty)
            let events = await harness.recorder.events
            #expect(!events.contains { if case .message = $0 { true } else { false } })
        }
    }

    @Test("the biggest message is taken, one byte more is not")
    func limit() async throws {
        try await withServer { harness in
            let client = try await harness.client()
            var messages = client.messages.makeAsyncIterator()
            let biggest = [UInt8](repeating: 0x61, count: 1 << 20)
            try await client.send(biggest)
            #expect(await messages.next() == biggest)
            try await client.send(biggest + [0x61])
            #expect(await messages.next() == nil)
            #expect(await client.closure?.code == .messageTooBig)
        }
    }

    @Test("a client's close frame is answered in kind")
    func clientCloses() async throws {
        try await withServer { harness in
            let socket = try await harness.webSocket()
            try await socket.sendFrame(0x8, [0x0F, 0xA1] + Array("bye".utf8))
            let frame = try await socket.receiveFrame()
            #expect(frame.opcode == 0x8)
            #expect(frame.closeCode == 4001)
            #expect(await socket.receiveToEnd().isEmpty)
            let id = try #require(await harness.recorder.open(1).first)
            #expect(await harness.recorder.closeCode(of: id).rawValue == 4001)
        }
    }

    @Test("a server's close frame gives code and reason; what comes after it is ignored")
    func serverCloses() async throws {
        var behaviour = Behaviour()
        behaviour.message = { server, _, id in
            server.close(id, code: WebSocketCloseCode(rawValue: 4501), reason: "bad token")
            #expect(server.send(WebSocketFrame(text: "too late"), to: id) == .gone)
        }
        try await withServer(behaviour) { harness in
            let client = try await harness.client()
            try await client.send("anything")
            var messages = client.messages.makeAsyncIterator()
            #expect(await messages.next() == nil)
            let closure = WebSocketClient.Closure(
                code: WebSocketCloseCode(rawValue: 4501),
                reason: "bad token"
            )
            #expect(await client.closure == closure)
            await #expect(throws: WebSocketClientError.closed) { try await client.send("more") }
        }
    }

    @Test("a long reason is cut to what a close frame holds, between characters")
    func longReason() async throws {
        var behaviour = Behaviour()
        behaviour.message = { server, _, id in
            server.close(id, code: .goingAway, reason: String(repeating: "\u{1F40E}", count: 50))
        }
        try await withServer(behaviour) { harness in
            let client = try await harness.client()
            try await client.send("anything")
            for await _ in client.messages {}
            #expect(await client.closure?.reason == String(repeating: "\u{1F40E}", count: 30))
        }
    }

    @Test("a client that breaks off is 1006")
    func brokenOff() async throws {
        try await withServer { harness in
            var socket: RawSocket? = try await harness.webSocket()
            let id = try #require(await harness.recorder.open(1).first)
            _ = socket
            socket = nil
            #expect(await harness.recorder.closeCode(of: id) == .abnormal)
        }
    }

    @Test("a client that does not answer a close frame is dropped")
    func unansweredClose() async throws {
        try await withServer(Behaviour(), .local { $0.closeTimeout = .milliseconds(100) }) {
            harness in
            let socket = try await harness.webSocket()
            let id = try #require(await harness.recorder.open(1).first)
            await harness.recorder.close(id, code: .goingAway)
            #expect(try await socket.receiveFrame().closeCode == 1001)
            #expect(await harness.recorder.closeCode(of: id) == .goingAway)
            #expect(await socket.receiveToEnd().isEmpty)
        }
    }

    @Test("one frame goes to many connections, the same bytes to each")
    func sharedFrame() async throws {
        try await withServer { harness in
            var clients: [WebSocketClient] = []
            for _ in 0..<50 {
                clients.append(try await harness.client())
            }
            let ids = await harness.recorder.open(50)
            let frame = WebSocketFrame(reserving: 8) { buffer in
                buffer.append(contentsOf: Array(repeating: UInt8(ascii: "s"), count: 70_000))
            }
            #expect(frame.payloadCount == 70_000)
            #expect(frame.count == 70_010)
            await harness.recorder.send(frame, to: ids)
            for client in clients {
                var messages = client.messages.makeAsyncIterator()
                #expect(await messages.next() == Array(frame.payload))
            }
        }
    }

    @Test(
        "messages of every length class come through whole",
        arguments: [125, 126, 65_535, 65_536]
    )
    func lengths(_ count: Int) async throws {
        try await withServer { harness in
            let socket = try await harness.webSocket()
            let ids = await harness.recorder.open(1)
            let text = [UInt8](repeating: 0x7A, count: count)
            await harness.recorder.send(WebSocketFrame(text: text), to: ids)
            #expect(try await socket.receiveFrame() == .init(opcode: 1, payload: text))
        }
    }

    @Test("500 connections at once, each its own echo")
    func many() async throws {
        try await withServer { harness in
            try await withThrowingTaskGroup { group in
                for number in 0..<500 {
                    group.addTask {
                        let client = try await harness.client()
                        try await client.send("client \(number)")
                        var messages = client.messages.makeAsyncIterator()
                        #expect(await messages.next() == Array("client \(number)".utf8))
                        await client.close()
                    }
                }
                try await group.waitForAll()
            }
            let ids = await harness.recorder.open(500)
            #expect(Set(ids).count == 500)
            for id in ids {
                #expect(await harness.recorder.closeCode(of: id) == .normal)
            }
        }
    }
}

extension Recorder {
    func send(_ frame: WebSocketFrame, to ids: [ConnectionID]) {
        for id in ids {
            #expect(server.send(frame, to: id) != .gone)
        }
    }

    func close(_ id: ConnectionID, code: WebSocketCloseCode) {
        server.close(id, code: code)
    }
}
