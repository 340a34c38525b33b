import CZlib

/// Decompresses clients' messages, each for itself (RFC 7692, section 7.2.2).
///
/// No message refers to one before it, for that is what clients are asked for; so one serves all of them,
/// and nothing is kept for each.
final class MessageInflater {
    /// Why a message cannot be read.
    enum Fault: Error {
        /// It is more than may be sent.
        case tooBig
        /// What came is not what compressing makes.
        case damaged
    }

    /// What a flush ends with, and a message leaves out.
    private static let flushMark: [UInt8] = [0x00, 0x00, 0xff, 0xff]
    /// A bit of zlib's `data_type`: what was read ends where a block does.
    private static let isBetweenBlocks: Int32 = 128

    private let stream: UnsafeMutablePointer<z_stream>

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        precondition(czlib_begin_inflate(stream) == Z_OK, "out of memory")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Decompresses a message.
    ///
    /// - Parameters:
    ///   - payload: What came in the message's frames.
    ///   - limit: How many bytes the message may have.
    /// - Returns: The message.
    /// - Throws: What is wrong with it; a message that is too big is not inflated beyond the limit.
    func inflate(_ payload: [UInt8], limit: Int) throws(Fault) -> [UInt8] {
        // Properly an empty message is one byte, but some leave that out as well.
        guard !payload.isEmpty else { return [] }
        inflateReset(stream)
        var message: [UInt8] = []
        var input = payload + Self.flushMark
        let whole = UInt32(clamping: input.count)
        // zlib takes its input through a pointer to mutable bytes, and leaves them alone.
        let fault = input.withUnsafeMutableBufferPointer { input -> Fault? in
            stream.pointee.next_in = input.baseAddress
            stream.pointee.avail_in = whole
            defer { stream.pointee.next_in = nil }
            while true {
                guard let code = step(into: &message, limit: limit) else { return .tooBig }
                switch code {
                case Z_STREAM_END:
                    // A sender may end a stream, and begin another one in the same message.
                    let rest = Int(stream.pointee.avail_in)
                    guard rest > Self.flushMark.count else {
                        return rest == Self.flushMark.count ? nil : .damaged
                    }
                    inflateReset(stream)
                case Z_OK, Z_BUF_ERROR:
                    // Asked again with nothing more to read, zlib no longer says where it stands.
                    let isWhole = stream.pointee.data_type & Self.isBetweenBlocks != 0
                    if stream.pointee.avail_in == 0, isWhole { return nil }
                    if stream.pointee.avail_out > 0 { return .damaged }
                default:
                    return .damaged
                }
            }
        }
        if let fault { throw fault }
        return message
    }

    /// Inflates some more, into room that doubles; nil if there would be more than the limit.
    private func step(into message: inout [UInt8], limit: Int) -> Int32? {
        let room = min(max(4096, message.count), limit - message.count)
        var code = Z_OK
        let piece = [UInt8](unsafeUninitializedCapacity: room + 1) { buffer, written in
            stream.pointee.next_out = buffer.baseAddress
            stream.pointee.avail_out = UInt32(clamping: room + 1)
            code = CZlib.inflate(stream, Z_SYNC_FLUSH)
            written = room + 1 - Int(stream.pointee.avail_out)
            stream.pointee.next_out = nil
        }
        guard piece.count <= limit - message.count else { return nil }
        message += piece
        return code
    }
}
