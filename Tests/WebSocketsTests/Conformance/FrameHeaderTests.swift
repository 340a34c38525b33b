import Testing
import WebSockets

@Suite("Frames' headers", .timeLimit(.minutes(6)))
struct FrameHeaderTests {
    @Test(
        "reserved opcodes end the connection",
        arguments: [3, 4, 5, 6, 7, 0xB, 0xC, 0xD, 0xE, 0xF]
    )
    func opcode(_ opcode: UInt8) async throws {
        try await withServer { harness in
            let frame = HandmadeFrame(opcode: opcode, payload: [0x61])
            let reaction = try await harness.reaction(to: HandmadeFrame.text("good") + frame.bytes)
            #expect(reaction.texts == ["good"])
            #expect(!reaction.isOpen)
        }
    }

    @Test(
        "reserved bits end the connection",
        arguments: [0x40, 0x20, 0x10, 0x70],
        [0x1, 0x8, 0x9] as [UInt8]
    )
    func reserved(_ bits: UInt8, _ opcode: UInt8) async throws {
        try await withServer { harness in
            let frame = HandmadeFrame(opcode: opcode, payload: [0x03, 0xE8], reserved: bits)
            let reaction = try await harness.reaction(to: HandmadeFrame.text("good") + frame.bytes)
            #expect(reaction.texts == ["good"])
            #expect(reaction.pongs.isEmpty)
            #expect(!reaction.isOpen)
        }
    }

    // Masks keep pages from speaking to what lies between.
    @Test("a frame without a mask ends the connection", arguments: [0x1, 0x8, 0x9] as [UInt8])
    func unmasked(_ opcode: UInt8) async throws {
        try await withServer { harness in
            let frame = HandmadeFrame(opcode: opcode, payload: [0x03, 0xE8], mask: nil)
            let reaction = try await harness.reaction(to: HandmadeFrame.text("good") + frame.bytes)
            #expect(reaction == Reaction(texts: ["good"], closeCode: 1002))
        }
    }

    // The protocol wants lengths as short as they can be; to mind would help nobody.
    @Test(
        "a length that is written too long counts as what it says",
        arguments: [HandmadeFrame.Length.bytes2, .bytes8]
    )
    func wastefulLength(_ length: HandmadeFrame.Length) async throws {
        try await withServer { harness in
            let frame = HandmadeFrame(opcode: 0x1, payload: [0x61], length: length)
            let reaction = try await harness.reaction(to: frame.bytes)
            #expect(reaction == Reaction(texts: ["a"], isOpen: true))
        }
    }

    @Test("a mask of zeros is a mask")
    func zeroMask() async throws {
        try await withServer { harness in
            let frame = HandmadeFrame(opcode: 0x1, payload: [0x61], mask: [0, 0, 0, 0])
            let reaction = try await harness.reaction(to: frame.bytes)
            #expect(reaction == Reaction(texts: ["a"], isOpen: true))
        }
    }

    static let limited = WebSocketServerConfiguration.local { $0.maximumMessageBytes = 70_000 }

    @Test(
        "texts on both sides of every length class arrive",
        arguments: [0, 1, 125, 126, 127, 65_535, 65_536, 70_000]
    )
    func lengths(_ count: Int) async throws {
        try await withServer(Behaviour(), Self.limited) { harness in
            let text = String(repeating: "z", count: count)
            let reaction = try await harness.reaction(to: HandmadeFrame.text(text))
            #expect(reaction == Reaction(texts: [text], isOpen: true))
        }
    }

    @Test("what is too long is told to be, whether by one frame or by many", arguments: 1...4)
    func tooLong(_ count: Int) async throws {
        let size = 70_001
        let pieces = (0..<count).map { index in
            [UInt8](repeating: 0x61, count: size / count + (index < size % count ? 1 : 0))
        }
        try await withServer(Behaviour(), Self.limited) { harness in
            let reaction = try await harness.reaction(to: HandmadeFrame.fragments(pieces))
            #expect(reaction == Reaction(closeCode: 1009))
        }
    }

    @Test(
        "a huge length is refused before anything is kept for it",
        arguments: [1 << 31, 1 << 32, 1 << 62, UInt64(Int64.max)]
    )
    func huge(_ length: UInt64) async throws {
        try await withServer(Behaviour(), Self.limited) { harness in
            let frame = HandmadeFrame(opcode: 0x1, payload: [0x61], length: .claimed(length))
            let reaction = try await harness.reaction(to: frame.bytes)
            #expect(!reaction.isOpen)
            #expect(reaction.texts.isEmpty)
        }
    }

    @Test("a length with its highest bit set is none", arguments: [1 << 63, UInt64.max])
    func negative(_ length: UInt64) async throws {
        try await withServer(Behaviour(), Self.limited) { harness in
            let frame = HandmadeFrame(opcode: 0x1, payload: [0x61], length: .claimed(length))
            let reaction = try await harness.reaction(to: frame.bytes)
            #expect(!reaction.isOpen)
            #expect(reaction.texts.isEmpty)
        }
    }
}
