/// The header of a client's frame, as far as it can be judged by itself.
struct FrameHeader {
    let opcode: WebSocketOpcode
    let isFinal: Bool
    /// The first reserved bit: the message that begins here is compressed.
    let isDeflated: Bool
    /// How long the payload is.
    let count: UInt64
    let mask: FrameMask

    /// Reads a header.
    ///
    /// - Returns: The header and its length; nil if it is not whole.
    /// - Throws: What no client may send.
    static func read(
        _ bytes: UnsafeRawBufferPointer
    ) throws(FrameReader.Fault) -> (header: FrameHeader, count: Int)? {
        guard bytes.count >= 2 else { return nil }
        let (first, second) = (bytes[0], bytes[1])
        guard first & 0x30 == 0 else { throw .protocolError("a reserved bit is set") }
        guard let opcode = WebSocketOpcode(rawValue: first & 0x0F) else {
            throw .protocolError("a reserved opcode")
        }
        let isFinal = first & 0x80 != 0
        let short = second & 0x7F
        if opcode.isControl {
            guard isFinal else { throw .protocolError("a control frame in fragments") }
            guard short < 126 else { throw .protocolError("a control frame that is too long") }
        }
        guard second & 0x80 != 0 else { throw .protocolError("a frame without a mask") }
        let lengthBytes = short == 126 ? 2 : short == 127 ? 8 : 0
        let size = 2 + lengthBytes + 4
        guard bytes.count >= size else { return nil }
        let count =
            lengthBytes == 0
            ? UInt64(short)
            : bytes[2..<(2 + lengthBytes)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard count >> 63 == 0 else { throw .protocolError("a length that is too long") }
        let header = FrameHeader(
            opcode: opcode,
            isFinal: isFinal,
            isDeflated: first & 0x40 != 0,
            count: count,
            mask: FrameMask(bytes[(size - 4)..<size])
        )
        return (header, size)
    }
}

/// The four bytes that a client's payload is mixed with.
struct FrameMask {
    /// The mask twice over, as it lies in memory.
    private let key: UInt64

    init(_ bytes: Slice<UnsafeRawBufferPointer>) {
        let once = bytes.enumerated().reduce(UInt64(0)) {
            $0 | UInt64($1.element) << ($1.offset * 8)
        }
        key = once | once << 32
    }

    /// Appends what a piece of the payload was before it was mixed.
    /// - Parameters:
    ///   - piece: the piece
    ///   - bytes: what it is appended to
    ///   - offset: where in the payload it stands
    func append(_ piece: UnsafeRawBufferPointer, to bytes: inout [UInt8], offset: Int) {
        let start = bytes.count
        bytes.append(contentsOf: piece)
        let shift = UInt64(offset & 3) * 8
        let key = shift == 0 ? key : key >> shift | key << (64 - shift)
        bytes.withUnsafeMutableBytes { all in
            let added = UnsafeMutableRawBufferPointer(rebasing: all[start...])
            var index = 0
            while index + 8 <= added.count {
                let word = added.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                added.storeBytes(of: word ^ key.littleEndian, toByteOffset: index, as: UInt64.self)
                index += 8
            }
            while index < added.count {
                added[index] ^= UInt8(truncatingIfNeeded: key >> (UInt64(index & 7) * 8))
                index += 1
            }
        }
    }
}
