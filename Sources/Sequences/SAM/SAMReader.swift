/// Reads SAM as it comes, in pieces of any size, without making a string of anything.
public struct SAMReader: Sendable {
    /// A line that does not end must not fill the memory.
    private static let maximumLine = 128 << 20

    /// The names of the references, numbered as they came.
    public var references = NameTable()
    /// How many lines there were, headers too.
    public private(set) var lines = 0
    /// How many reads there were: lines that are no read's further alignment.
    public private(set) var reads = 0

    private var rest: [UInt8] = []
    private var scanned = 0

    /// Makes a reader that stands at the start.
    public init() {}

    /// Reads a piece.
    ///
    /// - Parameters:
    ///   - piece: What comes next.
    ///   - handle: Takes each record, also of reads that are not aligned, with the bytes that hold it.
    /// - Throws: What is not SAM, and in which line.
    public mutating func read(
        _ piece: [UInt8],
        _ handle: ([UInt8], SAMRecord) -> Void
    ) throws(SAMError) {
        guard !rest.isEmpty else {
            try parse(piece, handle)
            return
        }
        rest.append(contentsOf: piece)
        let bytes = rest
        rest = []
        try parse(bytes, handle)
        guard rest.count < Self.maximumLine else {
            throw SAMError(line: lines + 1, reason: .tooLong)
        }
    }

    /// Says that there is no more.
    ///
    /// - Throws: That it ended within a line.
    public func finish() throws(SAMError) {
        guard rest.isEmpty else { throw SAMError(line: lines + 1, reason: .truncated) }
    }

    private mutating func parse(
        _ bytes: [UInt8],
        _ handle: ([UInt8], SAMRecord) -> Void
    ) throws(SAMError) {
        let span = bytes.span
        var start = 0
        var index = scanned
        while true {
            while index < span.count, span[index] != UInt8(ascii: "\n") { index += 1 }
            guard index < span.count else { break }
            lines += 1
            if index > start, span[start] != UInt8(ascii: "@") {
                let record = try record(bytes, start..<index)
                if record.isPrimary { reads += 1 }
                handle(bytes, record)
            }
            index += 1
            start = index
        }
        scanned = index - start
        rest = start < bytes.count ? Array(bytes[start...]) : []
    }

    private mutating func record(
        _ bytes: [UInt8],
        _ line: Range<Int>
    ) throws(SAMError) -> SAMRecord {
        var columns = SAMColumns(bytes, line, number: lines)
        var record = SAMRecord()
        record.name = try columns.next()
        record.key = ReadKey.range(in: bytes, of: record.name)
        record.flags = SAMRecord.Flags(rawValue: try columns.nextNumber("FLAG"))
        let reference = try columns.next()
        record.position = try columns.nextNumber("POS") - 1
        _ = try columns.nextNumber("MAPQ")
        record.cigar = try columns.nextCIGAR()
        _ = try columns.next()
        _ = try columns.nextNumber("PNEXT")
        _ = try columns.nextNumber("TLEN")
        record.sequence = try columns.nextText()
        record.quality = try columns.nextText()
        if !record.quality.isEmpty, record.quality.count != record.sequence.count {
            throw columns.error(
                .lengthsDiffer(bases: record.sequence.count, qualities: record.quality.count)
            )
        }
        try columns.readTags(into: &record)
        if !columns.isMissing(reference) {
            record.reference = references.number(reference, of: bytes)
        } else if !record.flags.contains(.unmapped) {
            throw columns.error(.noReference)
        }
        return record
    }
}
