/// What a frame is, in the low four bits of its first byte.
enum WebSocketOpcode: UInt8 {
    case continuation = 0x0
    case text = 0x1
    case binary = 0x2
    case close = 0x8
    case ping = 0x9
    case pong = 0xA

    /// Whether it is about the connection, and may come between the fragments of a message.
    var isControl: Bool { rawValue & 0x8 != 0 }
}

/// The bytes in front of a frame's payload, and the payload of a close frame.
enum WebSocketHeader {
    /// Writes the header of a frame that is a whole message.
    static func bytes(
        opcode: WebSocketOpcode,
        count: Int,
        isMasked: Bool,
        isDeflated: Bool = false
    ) -> [UInt8] {
        let mask: UInt8 = isMasked ? 0x80 : 0
        let deflated: UInt8 = isDeflated ? 0x40 : 0
        var header: [UInt8] = [0x80 | deflated | opcode.rawValue]
        switch count {
        case ..<126:
            header.append(mask | UInt8(count))
        case ..<65_536:
            header.append(mask | 126)
            header.append(contentsOf: UInt16(count).bigEndianBytes)
        default:
            header.append(mask | 127)
            header.append(contentsOf: UInt64(count).bigEndianBytes)
        }
        return header
    }

    /// The code and the reason; control frames hold at most 125 bytes, so a longer reason is cut.
    static func closePayload(_ code: WebSocketCloseCode, reason: String) -> [UInt8] {
        var text = reason[...]
        while text.utf8.count > 123 {
            text = text.dropLast()
        }
        return code.rawValue.bigEndianBytes + Array(text.utf8)
    }

    /// Frames a message as a client must: masked, with a key that nobody can foresee.
    static func maskedFrame(
        opcode: WebSocketOpcode,
        payload: some Collection<UInt8>
    ) -> [UInt8] {
        let key = UInt32.random(in: .min ... .max).bigEndianBytes
        var frame = bytes(opcode: opcode, count: payload.count, isMasked: true)
        frame.reserveCapacity(frame.count + key.count + payload.count)
        frame += key
        let start = frame.count
        frame += payload
        for index in start..<frame.count {
            frame[index] ^= key[(index - start) & 3]
        }
        return frame
    }
}

extension FixedWidthInteger {
    /// The number as it goes over the network.
    var bigEndianBytes: [UInt8] {
        withUnsafeBytes(of: bigEndian) { Array($0) }
    }
}
