import Testing
import WebSockets

@Suite("Fragments", .timeLimit(.minutes(6)))
struct FragmentTests {
    @Test("a message in any number of fragments is one", arguments: [1, 2, 3, 10, 200])
    func pieces(_ count: Int) async throws {
        let pieces = (0..<count).map { Array("<\($0)>".utf8) }
        try await withServer { harness in
            let reaction = try await harness.reaction(to: HandmadeFrame.fragments(pieces))
            let whole = String(decoding: pieces.joined(), as: UTF8.self)
            #expect(reaction == Reaction(texts: [whole], isOpen: true))
        }
    }

    static let empties: [([[UInt8]], String)] = [
        ([[]], ""),
        ([[], []], ""),
        ([[], [], []], ""),
        ([[], [0x61], []], "a"),
        ([[0x61], [], [0x62]], "ab"),
    ]

    @Test("empty fragments count as well", arguments: empties)
    func empty(_ pieces: [[UInt8]], _ whole: String) async throws {
        try await withServer { harness in
            let reaction = try await harness.reaction(to: HandmadeFrame.fragments(pieces))
            #expect(reaction == Reaction(texts: [whole], isOpen: true))
        }
    }

    @Test("a ping between fragments is answered before the message")
    func pingBetween() async throws {
        try await withServer { harness in
            let socket = try await harness.webSocket()
            try await socket.sendFrame(0x1, [0x61], isFinal: false)
            try await socket.sendFrame(0x9, [0x70])
            #expect(try await socket.receiveFrame() == .init(opcode: 0xA, payload: [0x70]))
            try await socket.sendFrame(0x0, [0x62])
            #expect(try await socket.receiveFrame() == .init(opcode: 0x1, payload: [0x61, 0x62]))
        }
    }

    @Test("a close between fragments closes; the half message is never told")
    func closeBetween() async throws {
        try await withServer { harness in
            let half = HandmadeFrame(opcode: 0x1, payload: [0x61], isFinal: false).bytes
            let reaction = try await harness.reaction(to: half + HandmadeFrame.close(1000))
            #expect(reaction == Reaction(closeCode: 1000))
        }
    }

    static let faults: [(String, [UInt8], [String])] = [
        ("a continuation first", HandmadeFrame(opcode: 0x0, payload: [0x61]).bytes, []),
        (
            "an unfinished continuation first",
            HandmadeFrame(opcode: 0x0, payload: [0x61], isFinal: false).bytes, []
        ),
        (
            "a continuation after a whole message",
            HandmadeFrame.text("whole") + HandmadeFrame(opcode: 0x0, payload: [0x61]).bytes,
            ["whole"]
        ),
        (
            "a continuation after the last fragment",
            HandmadeFrame.fragments([[0x61], [0x62]])
                + HandmadeFrame(opcode: 0x0, payload: [0x63]).bytes, ["ab"]
        ),
        (
            "a new text amid fragments",
            HandmadeFrame(opcode: 0x1, payload: [0x61], isFinal: false).bytes
                + HandmadeFrame.text("new"), []
        ),
        (
            "a binary frame amid fragments of text",
            HandmadeFrame(opcode: 0x1, payload: [0x61], isFinal: false).bytes
                + HandmadeFrame(opcode: 0x2, payload: [0x62]).bytes, []
        ),
    ]

    @Test("fragments out of order are a protocol error", arguments: faults)
    func faulty(_ name: String, _ bytes: [UInt8], _ texts: [String]) async throws {
        try await withServer { harness in
            let reaction = try await harness.reaction(to: bytes)
            #expect(reaction == Reaction(texts: texts, closeCode: 1002))
        }
    }
}
