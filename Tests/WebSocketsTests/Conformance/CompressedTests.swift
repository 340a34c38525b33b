import TestSupport
import Testing
import WebSockets

@Suite("Compressed messages", .timeLimit(.minutes(6)))
struct CompressedTests {
    /// Takes compressed messages; sends none, so that what comes back can be read.
    static let compressing = WebSocketServerConfiguration.local {
        $0.compressedFrom = .max
        $0.maximumMessageBytes = 70_000
    }

    private static func reaction(
        to bytes: [UInt8],
        pongs: Int = 0,
        _ configuration: WebSocketServerConfiguration = compressing
    ) async throws -> Reaction {
        var reaction: Reaction?
        try await withServer(Behaviour(), configuration) { harness in
            reaction = try await harness.reaction(
                to: bytes,
                pongs: pongs,
                offer: "permessage-deflate"
            )
        }
        return try #require(reaction)
    }

    // libwebsockets' own inflating ends the process on this one.
    @Test("4,101 times the same letter, compressed in haste, is a message")
    func assertion() async throws {
        let message = [UInt8](repeating: 0x61, count: 4101)
        let reaction = try await Self.reaction(to: TestDeflater.frame(message, level: 1))
        let text = String(decoding: message, as: UTF8.self)
        #expect(reaction == Reaction(texts: [text], isOpen: true))
    }

    @Test("messages of all sizes, levels and fragmentations arrive as they were", arguments: 0..<9)
    func sweep(_ seed: Int) async throws {
        var chance = SeededGenerator(seed: UInt64(seed))
        var texts: [String] = []
        var bytes: [UInt8] = []
        let bounds = [0, 1, 255, 1023, 4090, 4096, 4101, 4110, 8192, 16_384, 65_535, 69_990]
        for bound in bounds {
            for kind in 0..<3 {
                let size = bound + Int.random(in: 0..<10, using: &chance)
                let letters: ClosedRange<UInt8> = kind == 0 ? 0x61...0x61 : 0x20...0x7E
                let unit = kind == 2 ? Int.random(in: 1...300, using: &chance) : max(1, size)
                let piece = (0..<unit).map { _ in UInt8.random(in: letters, using: &chance) }
                let message = (0..<size).map { piece[$0 % piece.count] }
                texts.append(String(decoding: message, as: UTF8.self))
                let payload = TestDeflater.deflate(message, level: Int32(seed + 1))
                bytes += TestDeflater.frames(Self.cut(payload, &chance))
            }
        }
        let reaction = try await Self.reaction(to: bytes)
        #expect(reaction.texts.map(\.utf8.count) == texts.map(\.utf8.count))
        #expect(reaction.texts == texts)
        #expect(reaction.isOpen)
    }

    /// Cuts bytes into a few pieces, some of them empty.
    private static func cut(_ bytes: [UInt8], _ chance: inout SeededGenerator) -> [[UInt8]] {
        let cuts = (0..<Int.random(in: 0...5, using: &chance))
            .map { _ in Int.random(in: 0...bytes.count, using: &chance) }.sorted()
        return zip([0] + cuts, cuts + [bytes.count]).map { Array(bytes[$0..<$1]) }
    }

    @Test("a compressed message may come byte by byte, with pings in it and plain ones around it")
    func interleaved() async throws {
        let payload = TestDeflater.deflate(Array("compressed ☺".utf8), level: 9)
        var bytes = HandmadeFrame.text("plain")
        for (index, byte) in payload.enumerated() {
            let isFirst = index == 0
            bytes +=
                HandmadeFrame(
                    opcode: isFirst ? 0x1 : 0x0,
                    payload: [byte],
                    isFinal: false,
                    reserved: isFirst ? 0x40 : 0
                ).bytes + HandmadeFrame.ping("\(index)")
        }
        bytes += HandmadeFrame(opcode: 0x0).bytes + HandmadeFrame.text("plain again")
        let reaction = try await Self.reaction(to: bytes)
        #expect(reaction.texts == ["plain", "compressed ☺", "plain again"])
        #expect(reaction.pongs == payload.indices.map { "\($0)" })
        #expect(reaction.isOpen)
    }

    static let goodForms: [(String, [UInt8], String)] = [
        ("an empty message", [0x00], ""),
        ("an empty message without its byte", [], ""),
        ("a block that is not compressed", [0x00, 0x02, 0x00, 0xFD, 0xFF, 0x61, 0x62, 0x00], "ab"),
        // RFC 7692, section 7.2.3.
        ("a fixed block", [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00], "Hello"),
        ("a last block", [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00], "Hello"),
        ("a last block and nothing else", [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00], "Hello"),
        (
            "two blocks",
            [
                0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00,
            ], "Hello"
        ),
        (
            "a flush's mark within",
            TestDeflater.deflate([0x61], level: 6, keepsMark: true) + [0x00],
            "a"
        ),
    ]

    @Test("whatever compresses a message in due form is understood", arguments: goodForms)
    func good(_ name: String, _ payload: [UInt8], _ text: String) async throws {
        let reaction = try await Self.reaction(to: TestDeflater.frames([payload]))
        #expect(reaction == Reaction(texts: [text], isOpen: true))
    }

    static let damagedForms: [(String, [UInt8])] = [
        ("a reserved kind of block", [0x06]),
        ("a block whose length belies itself", [0x00, 0x02, 0x00, 0xFF, 0xFF, 0x61]),
        (
            "half a block",
            Array(TestDeflater.deflate(Array("half of this".utf8), level: 6).prefix(6))
        ),
        ("half a plain block", [0x00, 0x20, 0x00, 0xDF, 0xFF, 0x61]),
        ("a look back at another message", [0x4A, 0x04, 0x11, 0x00]),
        (
            "something behind the last block",
            [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x06, 0x07]
        ),
        ("gzip", [0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03]),
        ("noise", [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
        ("no text", TestDeflater.deflate([0xC3, 0x28], level: 6)),
    ]

    @Test("what no compressing makes is told to be invalid", arguments: damagedForms)
    func damaged(_ name: String, _ payload: [UInt8]) async throws {
        let bytes = HandmadeFrame.text("good") + TestDeflater.frames([payload])
        let reaction = try await Self.reaction(to: bytes)
        #expect(reaction == Reaction(texts: ["good"], closeCode: 1007))
    }

    static let places: [(String, [UInt8])] = [
        (
            "on a continuation",
            HandmadeFrame(opcode: 0x1, payload: [0x00], isFinal: false, reserved: 0x40).bytes
                + HandmadeFrame(opcode: 0x0, payload: [0x00], reserved: 0x40).bytes
        ),
        ("on a ping", HandmadeFrame(opcode: 0x9, payload: [0x61], reserved: 0x40).bytes),
        ("on a pong", HandmadeFrame(opcode: 0xA, payload: [0x61], reserved: 0x40).bytes),
        (
            "on a close frame",
            HandmadeFrame(opcode: 0x8, payload: [0x03, 0xE8], reserved: 0x40).bytes
        ),
        ("with another bit", HandmadeFrame(opcode: 0x1, payload: [0x00], reserved: 0x60).bytes),
        ("with another one", HandmadeFrame(opcode: 0x1, payload: [0x00], reserved: 0x50).bytes),
    ]

    @Test("the bit that says it is compressed stands only where it may", arguments: places)
    func outOfPlace(_ name: String, _ bytes: [UInt8]) async throws {
        let reaction = try await Self.reaction(to: HandmadeFrame.text("good") + bytes)
        #expect(reaction == Reaction(texts: ["good"], closeCode: 1002))
    }

    @Test("who has not agreed on it must not compress", arguments: [true, false])
    func notAgreed(_ isOffered: Bool) async throws {
        var configuration = Self.compressing
        if isOffered { configuration.compressedFrom = nil }
        try await withServer(Behaviour(), configuration) { harness in
            let reaction = try await harness.reaction(
                to: TestDeflater.frame([0x61]),
                offer: isOffered ? "permessage-deflate" : nil
            )
            #expect(reaction == Reaction(closeCode: 1002))
        }
    }

    @Test(
        "a message's limit is that of what it inflates to",
        arguments: [(70_000, nil), (70_001, 1009), (20_000_000, 1009)] as [(Int, Int?)]
    )
    func limit(_ size: Int, _ code: Int?) async throws {
        let message = [UInt8](repeating: 0x61, count: size)
        let reaction = try await Self.reaction(to: TestDeflater.frame(message, level: 9))
        #expect(reaction.closeCode == code)
        #expect(reaction.texts.map(\.utf8.count) == (code == nil ? [size] : []))
    }

    @Test("what compressing makes longer may be as long as what it was made of")
    func incompressible() async throws {
        var chance = SeededGenerator(seed: 7)
        let message = (0..<70_000).map { _ in UInt8.random(in: 0x20...0x7E, using: &chance) }
        let payload = TestDeflater.deflate(message, level: 0)
        #expect(payload.count > message.count)
        let reaction = try await Self.reaction(to: TestDeflater.frames([payload]))
        #expect(reaction.texts == [String(decoding: message, as: UTF8.self)])
        let more = [UInt8](repeating: 0x00, count: 100_000)
        #expect(try await Self.reaction(to: TestDeflater.frames([more])).closeCode == 1009)
    }
}
