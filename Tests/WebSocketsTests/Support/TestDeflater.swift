import CZlib

/// Compresses messages as clients do, at any level.
enum TestDeflater {
    /// A message's payload, without the mark that a flush ends with.
    static func deflate(_ message: [UInt8], level: Int32, keepsMark: Bool = false) -> [UInt8] {
        var stream = z_stream()
        precondition(czlib_begin(&stream, level) == Z_OK)
        defer { deflateEnd(&stream) }
        var input = message
        let capacity = message.count * 2 + 1024
        let output = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            input.withUnsafeMutableBufferPointer { input in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = buffer.baseAddress
                stream.avail_out = UInt32(capacity)
                _ = CZlib.deflate(&stream, Z_SYNC_FLUSH)
            }
            count = capacity - Int(stream.avail_out)
        }
        return keepsMark ? output : Array(output.dropLast(4))
    }

    /// A compressed message in the pieces given.
    static func frames(_ pieces: [[UInt8]]) -> [UInt8] {
        pieces.indices.flatMap { index in
            HandmadeFrame(
                opcode: index == 0 ? 0x1 : 0x0,
                payload: pieces[index],
                isFinal: index == pieces.count - 1,
                reserved: index == 0 ? 0x40 : 0
            ).bytes
        }
    }

    static func frame(_ message: [UInt8], level: Int32 = 6) -> [UInt8] {
        frames([deflate(message, level: level)])
    }
}
