/// A client's frame put together bit by bit, as no decent client would.
struct HandmadeFrame {
    /// How the length is written.
    enum Length: Sendable {
        case shortest
        case bytes2
        case bytes8
        /// Eight bytes of any value, whatever follows.
        case claimed(UInt64)
    }

    var opcode: UInt8
    var payload: [UInt8] = []
    var isFinal = true
    /// The three reserved bits, in the places that they have in the frame.
    var reserved: UInt8 = 0
    var length = Length.shortest
    var mask: [UInt8]? = [0xA1, 0x00, 0x5C, 0xFF]

    var bytes: [UInt8] {
        var bytes = [(isFinal ? 0x80 : 0) | reserved | opcode]
        let maskBit: UInt8 = mask == nil ? 0 : 0x80
        switch length {
        case .shortest where payload.count < 126:
            bytes.append(maskBit | UInt8(payload.count))
        case .shortest where payload.count < 65_536, .bytes2:
            bytes.append(maskBit | 126)
            bytes += Self.bigEndian(UInt64(payload.count), count: 2)
        case .shortest, .bytes8:
            bytes.append(maskBit | 127)
            bytes += Self.bigEndian(UInt64(payload.count), count: 8)
        case .claimed(let count):
            bytes.append(maskBit | 127)
            bytes += Self.bigEndian(count, count: 8)
        }
        guard let mask else { return bytes + payload }
        return bytes + mask + payload.indices.map { payload[$0] ^ mask[$0 & 3] }
    }

    private static func bigEndian(_ number: UInt64, count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
    }

    static func text(_ text: String) -> [UInt8] {
        HandmadeFrame(opcode: 0x1, payload: Array(text.utf8)).bytes
    }

    static func ping(_ text: String) -> [UInt8] {
        HandmadeFrame(opcode: 0x9, payload: Array(text.utf8)).bytes
    }

    /// A close frame with the two bytes of a code and whatever else.
    static func close(_ code: UInt16, reason: [UInt8] = []) -> [UInt8] {
        HandmadeFrame(opcode: 0x8, payload: bigEndian(UInt64(code), count: 2) + reason).bytes
    }

    /// A message in the pieces given.
    static func fragments(_ pieces: [[UInt8]]) -> [UInt8] {
        pieces.indices.flatMap { index in
            HandmadeFrame(
                opcode: index == 0 ? 0x1 : 0x0,
                payload: pieces[index],
                isFinal: index == pieces.count - 1
            ).bytes
        }
    }
}
