import CZlib

/// Compresses messages for WebSockets, each for itself (RFC 7692, section 7.2.1).
///
/// No message refers to one before it, so that the same bytes are good for every client, and nothing is
/// kept for each of them.
final class MessageDeflater {
    /// Fast: the network's thread waits for it.
    private static let level: Int32 = 1
    /// What a flush ends with, and a message leaves out.
    private static let flushMark: [UInt8] = [0x00, 0x00, 0xff, 0xff]

    private let stream: UnsafeMutablePointer<z_stream>

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        precondition(czlib_begin(stream, Self.level) == Z_OK, "out of memory")
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Compresses a message.
    ///
    /// - Parameter message: What is to be sent.
    /// - Returns: The payload of a frame; nil if it would be no shorter.
    func deflate(_ message: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard let start = message.baseAddress, let count = UInt32(exactly: message.count) else {
            return nil
        }
        deflateReset(stream)
        // zlib takes its input through a pointer to mutable bytes, and leaves them alone.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: start)
        stream.pointee.avail_in = count
        let capacity = message.count + Self.flushMark.count
        let output = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, written in
            stream.pointee.next_out = buffer.baseAddress
            stream.pointee.avail_out = UInt32(clamping: capacity)
            CZlib.deflate(stream, Z_SYNC_FLUSH)
            written = capacity - Int(stream.pointee.avail_out)
        }
        // A full buffer may mean that there is more to come.
        guard stream.pointee.avail_out > 0, output.suffix(4).elementsEqual(Self.flushMark) else {
            return nil
        }
        let payload = Array(output.dropLast(Self.flushMark.count))
        return payload.count < message.count ? payload : nil
    }
}
