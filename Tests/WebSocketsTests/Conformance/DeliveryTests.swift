import Testing
import WebSockets

@Suite("How bytes arrive", .timeLimit(.minutes(6)))
struct DeliveryTests {
    /// A conversation with everything in it.
    private static let conversation: [UInt8] =
        HandmadeFrame.text("one") + HandmadeFrame.ping("two")
        + HandmadeFrame(opcode: 0xA).bytes
        + HandmadeFrame.fragments([Array("thr".utf8), [], Array("ee ☺".utf8)])
        + HandmadeFrame.text(String(repeating: "4", count: 300))

    @Test("packets may be cut anywhere", arguments: [1, 2, 3, 5, 7, 64, 1000])
    func pieces(_ size: Int) async throws {
        try await withServer { harness in
            let reaction = try await harness.reaction(to: Self.conversation, piece: size, pongs: 1)
            #expect(reaction.texts == ["one", "three ☺", String(repeating: "4", count: 300)])
            #expect(reaction.pongs == ["two"])
            #expect(reaction.isOpen)
        }
    }

    @Test("a thousand messages in one write are a thousand messages, in order")
    func many() async throws {
        let texts = (0..<1000).map { "message \($0)" }
        try await withServer { harness in
            let reaction = try await harness.reaction(to: texts.flatMap(HandmadeFrame.text))
            #expect(reaction == Reaction(texts: texts, isOpen: true))
        }
    }

    @Test("messages right behind the request for an upgrade are not lost", arguments: [1, 3, 10])
    func pipelined(_ count: Int) async throws {
        let texts = (0..<count).map { "early \($0)" }
        try await withServer { harness in
            let socket = try await harness.socket()
            let frames = texts.flatMap(HandmadeFrame.text)
            try await socket.send(Array(RawSocket.upgrade().utf8) + frames)
            #expect(try await socket.receiveHead().hasPrefix("HTTP/1.1 101"))
            for text in texts {
                #expect(try await socket.receiveFrame().text == text)
            }
        }
    }

    // A client must wait for the answer. libwebsockets 4.1.6 composes that in the very buffer that the
    // request stands in, so that what came along is overwritten from some 200 bytes behind it on.
    @Test("a client that floods before it is let in spoils only its own connection")
    func pipelinedFlood() async throws {
        let texts = (0..<500).map { "early \($0)" }
        try await withServer { harness in
            let socket = try await harness.socket()
            let frames = texts.flatMap(HandmadeFrame.text)
            try await socket.send(Array(RawSocket.upgrade().utf8) + frames)
            #expect(try await socket.receiveHead().hasPrefix("HTTP/1.1 101"))
            var echoes: [String] = []
            while let frame = try? await socket.receiveFrame(), frame.opcode == 0x1 {
                echoes.append(frame.text)
            }
            #expect(echoes.count >= 10)
            #expect(echoes == Array(texts.prefix(echoes.count)))
            let other = try await harness.reaction(to: HandmadeFrame.text("another client"))
            #expect(other == Reaction(texts: ["another client"], isOpen: true))
        }
    }

    @Test("an early message that is split over packets is whole")
    func pipelinedHalf() async throws {
        let frame = HandmadeFrame.text("split in the middle")
        try await withServer { harness in
            let socket = try await harness.socket()
            try await socket.send(Array(RawSocket.upgrade().utf8) + frame.prefix(9))
            #expect(try await socket.receiveHead().hasPrefix("HTTP/1.1 101"))
            try await socket.send(Array(frame.dropFirst(9)))
            #expect(try await socket.receiveFrame().text == "split in the middle")
        }
    }

    @Test("a request for an upgrade that comes byte by byte is a request")
    func slowUpgrade() async throws {
        try await withServer { harness in
            let socket = try await harness.socket()
            for byte in Array(RawSocket.upgrade().utf8) {
                try await socket.send([byte])
            }
            #expect(try await socket.receiveHead().hasPrefix("HTTP/1.1 101"))
            try await socket.send(HandmadeFrame.text("hello"))
            #expect(try await socket.receiveFrame().text == "hello")
        }
    }

    static let halves: [(String, [UInt8])] = [
        ("nothing", []),
        ("half a header", [0x81]),
        ("half a frame", Array(HandmadeFrame.text("unfinished").dropLast(3))),
        (
            "half a message",
            HandmadeFrame(opcode: 0x1, payload: [0x61], isFinal: false).bytes
        ),
    ]

    @Test("a client that stops sending is 1006, whatever was under way", arguments: halves)
    func halfClosed(_ name: String, _ bytes: [UInt8]) async throws {
        try await withServer { harness in
            let socket = try await harness.webSocket()
            let id = try #require(await harness.recorder.open(1).first)
            try await socket.send(bytes)
            await socket.finishSending()
            #expect(await harness.recorder.closeCode(of: id) == .abnormal)
            #expect(await socket.receiveToEnd().isEmpty)
        }
    }

    @Test("what was asked before a client stopped sending is still heard")
    func halfClosedAfterMessage() async throws {
        try await withServer { harness in
            let socket = try await harness.webSocket()
            let id = try #require(await harness.recorder.open(1).first)
            try await socket.send(HandmadeFrame.text("last words"))
            await socket.finishSending()
            #expect(await harness.recorder.closeCode(of: id) == .abnormal)
            #expect(await harness.recorder.events.contains(.message("last words", id)))
        }
    }

    @Test("a close frame before a client stops sending is answered")
    func halfClosedAfterClose() async throws {
        try await withServer { harness in
            let socket = try await harness.webSocket()
            try await socket.send(HandmadeFrame.close(1000))
            await socket.finishSending()
            #expect(try await socket.receiveFrame().closeCode == 1000)
            #expect(await socket.receiveToEnd().isEmpty)
        }
    }
}
