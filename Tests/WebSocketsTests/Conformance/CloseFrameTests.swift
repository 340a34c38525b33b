import Testing
import WebSockets

@Suite("Close frames", .timeLimit(.minutes(6)))
struct CloseFrameTests {
    @Test("a close frame without a code is answered, and told as 1005")
    func empty() async throws {
        try await withServer { harness in
            let frame = HandmadeFrame(opcode: 0x8)
            let reaction = try await harness.reaction(to: frame.bytes)
            #expect(reaction == Reaction(closeCode: 0))
            let id = try #require(await harness.recorder.open(1).first)
            #expect(await harness.recorder.closeCode(of: id) == .noStatus)
        }
    }

    static let codes: [UInt16] = [
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999,
    ]

    @Test("a code that may be sent comes back", arguments: codes)
    func valid(_ code: UInt16) async throws {
        try await withServer { harness in
            let reaction = try await harness.reaction(to: HandmadeFrame.close(code))
            #expect(reaction == Reaction(closeCode: Int(code)))
            let id = try #require(await harness.recorder.open(1).first)
            #expect(await harness.recorder.closeCode(of: id).rawValue == code)
        }
    }

    static let wrongCodes: [UInt16] = [
        0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535,
    ]

    @Test("a code that may not be sent is a protocol error", arguments: wrongCodes)
    func invalid(_ code: UInt16) async throws {
        try await withServer { harness in
            let reaction = try await harness.reaction(to: HandmadeFrame.close(code))
            #expect(reaction == Reaction(closeCode: 1002))
        }
    }

    @Test("a reason may be 123 bytes long, and is UTF-8", arguments: [1, 60, 123])
    func reason(_ count: Int) async throws {
        let reason = [UInt8](repeating: 0x72, count: count)
        try await withServer { harness in
            let reaction = try await harness.reaction(
                to: HandmadeFrame.close(4001, reason: reason)
            )
            #expect(reaction == Reaction(closeCode: 4001))
        }
    }

    static let wrongReasons: [[UInt8]] = [
        [0xFF], [0xC3], [0x61, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC0, 0xAF],
    ]

    @Test("a reason that is not UTF-8 is refused", arguments: wrongReasons)
    func reasonNotUTF8(_ reason: [UInt8]) async throws {
        try await withServer { harness in
            let reaction = try await harness.reaction(
                to: HandmadeFrame.close(1000, reason: reason)
            )
            #expect(reaction == Reaction(closeCode: 1007))
        }
    }

    @Test("half a code is a protocol error")
    func halfACode() async throws {
        try await withServer { harness in
            let frame = HandmadeFrame(opcode: 0x8, payload: [0x03])
            let reaction = try await harness.reaction(to: frame.bytes)
            #expect(reaction == Reaction(closeCode: 1002))
        }
    }

    static let afterwards: [(String, [UInt8])] = [
        ("a second close", HandmadeFrame.close(1001)),
        ("a text", HandmadeFrame.text("too late")),
        ("a ping", HandmadeFrame.ping("too late")),
        ("nonsense", [0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
    ]

    @Test("whatever comes after a close frame is ignored", arguments: afterwards)
    func afterClose(_ name: String, _ bytes: [UInt8]) async throws {
        try await withServer { harness in
            let reaction = try await harness.reaction(to: HandmadeFrame.close(1000) + bytes)
            #expect(reaction == Reaction(closeCode: 1000))
            let events = await harness.recorder.events
            #expect(!events.contains { if case .message = $0 { true } else { false } })
        }
    }

    @Test("what a client sends while the server's close frame is on its way is not told")
    func crossing() async throws {
        try await withServer { harness in
            let socket = try await harness.webSocket()
            let id = try #require(await harness.recorder.open(1).first)
            await harness.recorder.close(id, code: .goingAway)
            try await socket.send(HandmadeFrame.text("crossing") + HandmadeFrame.close(1001))
            #expect(try await socket.receiveFrame().closeCode == 1001)
            #expect(await socket.receiveToEnd().isEmpty)
            #expect(await harness.recorder.closeCode(of: id) == .goingAway)
            let events = await harness.recorder.events
            #expect(!events.contains { if case .message = $0 { true } else { false } })
        }
    }
}
