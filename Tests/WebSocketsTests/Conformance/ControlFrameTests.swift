import Testing
import WebSockets

@Suite("Control frames", .timeLimit(.minutes(6)))
struct ControlFrameTests {
    @Test("a ping comes back with what was in it", arguments: [0, 1, 124, 125])
    func ping(_ count: Int) async throws {
        try await withServer { harness in
            let text = String(repeating: "p", count: count)
            let reaction = try await harness.reaction(to: HandmadeFrame.ping(text), pongs: 1)
            #expect(reaction == Reaction(pongs: [text], isOpen: true))
        }
    }

    @Test("a ping may hold any bytes")
    func binaryPing() async throws {
        try await withServer { harness in
            let socket = try await harness.webSocket()
            let bytes: [UInt8] = [0x00, 0xFF, 0xFE, 0xC3, 0x28]
            try await socket.sendFrame(0x9, bytes)
            #expect(try await socket.receiveFrame() == .init(opcode: 0xA, payload: bytes))
        }
    }

    @Test("pings are answered in their order, those between messages too")
    func order() async throws {
        try await withServer { harness in
            let socket = try await harness.webSocket()
            for number in 0..<10 {
                try await socket.send(HandmadeFrame.ping("\(number)"))
                #expect(try await socket.receiveFrame().text == "\(number)")
                try await socket.send(HandmadeFrame.text("m\(number)"))
                #expect(try await socket.receiveFrame().text == "m\(number)")
            }
        }
    }

    @Test(
        "of pings that arrive together each is answered, in their order",
        arguments: [2, 10, 1000]
    )
    func together(_ count: Int) async throws {
        let pings = (0..<count).map { "\($0)" }
        try await withServer { harness in
            let reaction = try await harness.reaction(to: pings.flatMap(HandmadeFrame.ping))
            #expect(reaction == Reaction(pongs: pings, isOpen: true))
        }
    }

    @Test("of pings that come while a client takes nothing the newest is answered")
    func choked() async throws {
        try await withServer(Behaviour(), .local { $0.stallTimeout = .seconds(600) }) { harness in
            let socket = try await harness.webSocket(receiveBuffer: 65_536)
            let ids = await harness.recorder.open(1)
            let flood = WebSocketFrame(text: [UInt8](repeating: 0x66, count: 8 << 20))
            #expect(await harness.recorder.sendAll(flood, to: ids) == [ids[0]: .choked])
            for number in 0..<100 {
                try await socket.send(HandmadeFrame.ping("\(number)"))
            }
            try await socket.send(HandmadeFrame.text("all sent"))
            _ = await harness.recorder.event { $0 == .message("all sent", ids[0]) }
            #expect(try await socket.receiveFrame().payload.count == 8 << 20)
            var frames: [String] = []
            for _ in 0..<2 { frames.append(try await socket.receiveFrame().text) }
            #expect(Set(frames) == ["99", "all sent"])
        }
    }

    @Test("pongs that nobody asked for are nothing", arguments: ["", "surprise"])
    func pong(_ text: String) async throws {
        let pong = HandmadeFrame(opcode: 0xA, payload: Array(text.utf8)).bytes
        try await withServer { harness in
            let reaction = try await harness.reaction(to: pong + pong)
            #expect(reaction == Reaction(isOpen: true))
        }
    }

    static let opcodes: [UInt8] = [0x8, 0x9, 0xA]

    @Test("a control frame of more than 125 bytes ends the connection", arguments: opcodes)
    func tooLong(_ opcode: UInt8) async throws {
        let payload = [0x03, 0xE8] + [UInt8](repeating: 0x61, count: 124)
        try await withServer { harness in
            let frame = HandmadeFrame(opcode: opcode, payload: payload)
            let reaction = try await harness.reaction(to: frame.bytes)
            #expect(!reaction.isOpen)
            let long = HandmadeFrame(opcode: opcode, payload: payload, length: .bytes8)
            let longReaction = try await harness.reaction(to: long.bytes)
            #expect(!longReaction.isOpen)
        }
    }

    @Test("a control frame in fragments ends the connection", arguments: opcodes)
    func fragmented(_ opcode: UInt8) async throws {
        let frame = HandmadeFrame(opcode: opcode, payload: [0x03, 0xE8], isFinal: false)
        let rest = HandmadeFrame(opcode: 0x0, payload: [0x61])
        try await withServer { harness in
            let reaction = try await harness.reaction(to: frame.bytes + rest.bytes)
            #expect(!reaction.isOpen)
            #expect(reaction.texts.isEmpty)
            #expect(reaction.pongs.isEmpty)
        }
    }
}
