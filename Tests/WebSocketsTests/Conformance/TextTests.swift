import Testing
import WebSockets

@Suite("Texts", .timeLimit(.minutes(6)))
struct TextTests {
    @Test("a text may be cut anywhere, within characters too")
    func cuts() async throws {
        let text = "κόσμε ß€ 𝄞\u{10FFFF}\u{0}\u{FFFE}\u{7FF}\u{800}"
        let bytes = Array(text.utf8)
        try await withServer { harness in
            for place in 0...bytes.count {
                let pieces = [Array(bytes[..<place]), Array(bytes[place...])]
                let reaction = try await harness.reaction(to: HandmadeFrame.fragments(pieces))
                #expect(reaction == Reaction(texts: [text], isOpen: true), "cut at \(place)")
            }
            let single = try await harness.reaction(to: HandmadeFrame.fragments(bytes.map { [$0] }))
            #expect(single == Reaction(texts: [text], isOpen: true))
        }
    }

    static let faults: [(String, [UInt8])] = [
        ("a continuation byte alone", [0x80]),
        ("one too many continuation bytes", [0xC3, 0xA9, 0xA9]),
        ("a character cut short", [0xE2, 0x82]),
        ("a long character cut short", [0xF0, 0x9D, 0x84]),
        ("a character cut short amid text", [0x61, 0xE2, 0x82, 0x62]),
        ("overlong /", [0xC0, 0xAF]),
        ("overlong / in three bytes", [0xE0, 0x80, 0xAF]),
        ("overlong / in four bytes", [0xF0, 0x80, 0x80, 0xAF]),
        ("overlong U+0000", [0xC0, 0x80]),
        ("overlong U+007F", [0xC1, 0xBF]),
        ("overlong U+07FF", [0xE0, 0x9F, 0xBF]),
        ("overlong U+FFFF", [0xF0, 0x8F, 0xBF, 0xBF]),
        ("the first surrogate", [0xED, 0xA0, 0x80]),
        ("the last surrogate", [0xED, 0xBF, 0xBF]),
        ("a pair of surrogates", [0xED, 0xA0, 0x80, 0xED, 0xB0, 0x80]),
        ("U+110000", [0xF4, 0x90, 0x80, 0x80]),
        ("five bytes", [0xF8, 0x88, 0x80, 0x80, 0x80]),
        ("six bytes", [0xFC, 0x84, 0x80, 0x80, 0x80, 0x80]),
        ("0xFE", [0xFE]),
        ("0xFF", [0xFF]),
    ]

    @Test("what is not UTF-8 is refused, however it is cut", arguments: faults)
    func notUTF8(_ name: String, _ fault: [UInt8]) async throws {
        let bytes = Array("κ".utf8) + fault
        try await withServer { harness in
            let whole = try await harness.reaction(to: HandmadeFrame.fragments([bytes]))
            #expect(whole == Reaction(closeCode: 1007))
            for place in 0...bytes.count {
                let pieces = [Array(bytes[..<place]), Array(bytes[place...])]
                let reaction = try await harness.reaction(to: HandmadeFrame.fragments(pieces))
                #expect(reaction == Reaction(closeCode: 1007), "cut at \(place)")
            }
        }
    }

    @Test("two halves of a character in two messages are two faults, not one good message")
    func acrossMessages() async throws {
        try await withServer { harness in
            let half = HandmadeFrame(opcode: 0x1, payload: [0xC3]).bytes
            let other = HandmadeFrame(opcode: 0x1, payload: [0xA9]).bytes
            let reaction = try await harness.reaction(to: half + other)
            #expect(reaction == Reaction(closeCode: 1007))
        }
    }

    static let binaryMessages: [[UInt8]] = [
        HandmadeFrame(opcode: 0x2).bytes,
        HandmadeFrame(opcode: 0x2, payload: Array("text".utf8)).bytes,
        HandmadeFrame(opcode: 0x2, payload: Array("text".utf8), isFinal: false).bytes,
    ]

    @Test("a binary message is refused, were it text or nothing", arguments: binaryMessages)
    func binary(_ bytes: [UInt8]) async throws {
        try await withServer { harness in
            let reaction = try await harness.reaction(to: bytes)
            #expect(reaction == Reaction(closeCode: 1003))
        }
    }
}
