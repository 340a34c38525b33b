/// Writes reads as every tool takes them.
///
/// Names are numbers, for what stands in a name from outside is never known: some tools cut it, some number
/// nameless reads themselves, and reads of one name would be one. Bases are A, C, G, T and N in upper case:
/// U is T, and what is uncertain is N. Qualities are in Sanger's encoding.
public struct NormalizedRead: Sendable {
    private let qualities: [UInt8]

    /// Prepares to write reads.
    ///
    /// - Parameter encoding: How their qualities are written.
    public init(encoding: QualityEncoding) {
        let shift = encoding.offset - QualityEncoding.sanger.offset
        // The least of the oldest encoding is -5.
        qualities = (0...255).map { UInt8(min(max($0 - shift, 33), 126)) }
    }

    /// Writes a read.
    ///
    /// One without bases becomes a single N, for not all tools take an empty line; it is too short to be kept.
    ///
    /// - Parameters:
    ///   - record: The read.
    ///   - bytes: The bytes in which it lies.
    ///   - number: What it is called; the same for mates.
    ///   - text: What it is written behind.
    public func write(
        _ record: FASTQRecord,
        of bytes: [UInt8],
        as number: Int,
        to text: inout [UInt8]
    ) {
        text.append(UInt8(ascii: "@"))
        text.append(contentsOf: String(number).utf8)
        text.append(Self.lineFeed)
        guard !record.sequence.isEmpty else {
            text.append(contentsOf: "N\n+\nI\n".utf8)
            return
        }
        Self.append(bytes, record.sequence, by: Nucleotides.certain, to: &text)
        text.append(contentsOf: [Self.lineFeed, UInt8(ascii: "+"), Self.lineFeed])
        Self.append(bytes, record.quality, by: qualities, to: &text)
        text.append(Self.lineFeed)
    }

    private static let lineFeed = UInt8(ascii: "\n")

    private static func append(
        _ bytes: [UInt8],
        _ range: Range<Int>,
        by table: [UInt8],
        to text: inout [UInt8]
    ) {
        let start = text.count
        text.append(contentsOf: bytes[range])
        let table = table.span
        var written = text.mutableSpan
        for index in start..<written.count { written[index] = table[Int(written[index])] }
    }
}
