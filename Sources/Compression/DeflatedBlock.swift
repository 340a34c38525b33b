import CZlib

/// A part of a text, compressed by itself, to be put with others into one gzip file.
///
/// Parts may be compressed at the same time, on as many threads as there are: the file is its start, the parts
/// in their order, and an end that is made of what they know. It is gzip of a single member, which every program
/// reads.
public struct DeflatedBlock: Sendable {
    /// What the file begins with: no name, no date, so that the same text makes the same file.
    public static let start: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]

    /// The compressed bytes.
    public let bytes: [UInt8]
    fileprivate let checksum: UInt
    fileprivate let count: Int

    /// Compresses a part of a text.
    ///
    /// - Parameters:
    ///   - text: The part, of less than 1 GiB.
    ///   - level: From 1, fast, to 9, small.
    public init(_ text: [UInt8], level: Int = Self.level) {
        count = text.count
        checksum = crc32(0, text, UInt32(text.count))
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        defer { stream.deallocate() }
        precondition(czlib_begin(stream, CInt(level)) == Z_OK, "out of memory")
        defer { deflateEnd(stream) }
        // The bound is that of a whole stream; the mark between parts takes a few bytes more.
        let most = Int(deflateBound(stream, UInt(text.count))) + 16
        bytes = [UInt8](unsafeUninitializedCapacity: most) { output, written in
            text.withUnsafeBufferPointer { text in
                // zlib takes its input through a pointer to mutable bytes, and leaves them alone.
                stream.pointee.next_in = UnsafeMutablePointer(mutating: text.baseAddress)
                stream.pointee.avail_in = UInt32(text.count)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(most)
                let code = deflate(stream, Z_SYNC_FLUSH)
                precondition(code == Z_OK && stream.pointee.avail_in == 0, "the bound was wrong")
            }
            written = most - Int(stream.pointee.avail_out)
        }
    }

    /// The level that pays: the next ones take twice the time for a few percent.
    public static let level = 4
}

/// What the end of a gzip file tells of the parts before it.
public struct GzipEnd: Sendable {
    private var checksum = crc32(0, nil, 0)
    private var count = 0

    /// Begins a file.
    public init() {}

    /// Takes note of the next part.
    ///
    /// - Parameter block: The part.
    public mutating func add(_ block: DeflatedBlock) {
        checksum = crc32_combine(checksum, block.checksum, block.count)
        count += block.count
    }

    /// What the file ends with: an empty last part, the checksum and the length.
    public var bytes: [UInt8] {
        [3, 0] + Self.littleEndian(UInt32(truncatingIfNeeded: checksum))
            + Self.littleEndian(UInt32(truncatingIfNeeded: count))
    }

    private static func littleEndian(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
}
