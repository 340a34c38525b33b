/// Reads FASTQ as it comes, in pieces of any size, and refuses what is not FASTQ.
///
/// A read is four lines: `@` and a header, the bases, `+` and anything, as many qualities as bases.
/// Bases are the letters of IUPAC, `X` and `.`, in either case; qualities are the signs from `!` to `~`. A read
/// may be empty. Lines may end as those of Windows do. The last line's end may be missing; blank lines may stand
/// after the last read and nowhere else.
public struct FASTQReader: Sendable {
    private enum Part {
        case header
        case sequence
        case separator
        case quality
        /// Blank lines after a read.
        case blank
    }

    /// Longer than any sequencer's reads; a file that is one endless line must not fill the memory.
    private static let maximumRecord = 128 << 20

    private static let isBase: [Bool] = {
        let bases = "ACGTUNRYSWKMBDHVX."
        let signs = Set((bases + bases.lowercased()).utf8)
        return (0...255).map { signs.contains($0) }
    }()

    /// How many reads were handed out.
    public private(set) var count = 0

    /// Whether a read has begun whose end has not come yet.
    public var isWithinRead: Bool { !rest.isEmpty }

    /// The beginning of a read whose end has not come yet.
    private var rest: [UInt8] = []
    private var part = Part.header
    private var line = 1
    // Places in `rest`.
    private var index = 0
    private var headerEnd = 0
    private var sequenceStart = 0
    private var sequenceEnd = 0
    private var separatorStart = 0
    private var qualityStart = 0

    /// Makes a reader that stands at the start of a file.
    public init() {}

    /// Reads a piece of the file.
    ///
    /// - Parameters:
    ///   - piece: What comes next in the file.
    ///   - handle: Takes each read, in order, with the bytes that hold it.
    /// - Throws: What is not FASTQ, and in which line.
    public mutating func read(
        _ piece: [UInt8],
        _ handle: ([UInt8], FASTQRecord) -> Void
    ) throws(FASTQError) {
        guard !rest.isEmpty else {
            let end = try parse(piece, handle)
            keep(piece, from: end)
            return
        }
        rest.append(contentsOf: piece)
        let bytes = rest
        rest = []
        let end = try parse(bytes, handle)
        keep(bytes, from: end)
        guard rest.count < Self.maximumRecord else {
            throw FASTQError(line: line, reason: .tooLong)
        }
    }

    /// Says that the file has ended.
    ///
    /// - Parameter handle: Takes the last read if its line had no end.
    /// - Throws: What is missing.
    public mutating func finish(_ handle: ([UInt8], FASTQRecord) -> Void) throws(FASTQError) {
        if !rest.isEmpty {
            let text = rest.last == Self.carriageReturn ? rest.dropLast() : rest[...]
            let isWhole =
                part == .quality && text.count - qualityStart == sequenceEnd - sequenceStart
            guard isWhole || part == .blank && text.isEmpty else {
                throw FASTQError(line: line, reason: .truncated)
            }
            try read([Self.lineFeed], handle)
        }
        guard count > 0 else { throw FASTQError(line: 1, reason: .noReads) }
    }

    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    private mutating func keep(_ bytes: [UInt8], from start: Int) {
        index -= start
        headerEnd -= start
        sequenceStart -= start
        sequenceEnd -= start
        separatorStart -= start
        qualityStart -= start
        rest = start < bytes.count ? Array(bytes[start...]) : []
    }

    /// Reads as far as the bytes go.
    ///
    /// - Returns: Where the read begins whose end is missing.
    private mutating func parse(
        _ bytes: [UInt8],
        _ handle: ([UInt8], FASTQRecord) -> Void
    ) throws(FASTQError) -> Int {
        let span = bytes.span
        let isBase = Self.isBase.span
        var start = 0
        var index = index
        defer { self.index = index }
        reading: while index < span.count {
            switch part {
            case .blank:
                guard span[index] == Self.lineFeed || span[index] == Self.carriageReturn else {
                    throw error(.blankLine)
                }
                guard let feed = try lineFeed(span, index, Reason.unexpectedBase) else {
                    break reading
                }
                index = feed + 1
                start = index
                line += 1
            case .header:
                if index == start {
                    guard try beginsRead(span[index]) else { continue }
                }
                while index < span.count, span[index] != Self.lineFeed { index += 1 }
                guard index < span.count else { break }
                headerEnd = span[index - 1] == Self.carriageReturn ? index - 1 : index
                endLine(&index, next: .sequence)
                sequenceStart = index
            case .sequence:
                while index < span.count, isBase[Int(span[index])] { index += 1 }
                guard index < span.count,
                    let feed = try lineFeed(span, index, Reason.unexpectedBase)
                else { break reading }
                sequenceEnd = index
                index = feed
                endLine(&index, next: .separator)
                separatorStart = index
            case .separator:
                if index == separatorStart {
                    guard span[index] == UInt8(ascii: "+") else { throw noPlus(span[index]) }
                }
                while index < span.count, span[index] != Self.lineFeed { index += 1 }
                guard index < span.count else { break }
                endLine(&index, next: .quality)
                qualityStart = index
            case .quality:
                while index < span.count, (0x21...0x7E).contains(span[index]) { index += 1 }
                guard index < span.count,
                    let feed = try lineFeed(span, index, Reason.unexpectedQuality)
                else { break reading }
                try handOut(bytes, start: start, qualityEnd: index, end: feed + 1, handle)
                index = feed
                endLine(&index, next: .header)
                start = index
            }
        }
        return start
    }

    private typealias Reason = FASTQError.Reason

    private mutating func endLine(_ index: inout Int, next: Part) {
        index += 1
        line += 1
        part = next
    }

    private mutating func beginsRead(_ byte: UInt8) throws(FASTQError) -> Bool {
        if byte == UInt8(ascii: "@") { return true }
        let isBlank = byte == Self.lineFeed || byte == Self.carriageReturn
        guard isBlank, count > 0 else {
            throw isBlank ? error(.blankLine) : error(.missingAt(found: byte))
        }
        part = .blank
        return false
    }

    private mutating func handOut(
        _ bytes: [UInt8],
        start: Int,
        qualityEnd: Int,
        end: Int,
        _ handle: ([UInt8], FASTQRecord) -> Void
    ) throws(FASTQError) {
        let record = FASTQRecord(
            whole: start..<end,
            header: start + 1..<headerEnd,
            sequence: sequenceStart..<sequenceEnd,
            quality: qualityStart..<qualityEnd
        )
        guard record.sequence.count == record.quality.count else {
            throw error(
                .lengthsDiffer(bases: record.sequence.count, qualities: record.quality.count)
            )
        }
        count += 1
        handle(bytes, record)
    }

    private func error(_ reason: Reason) -> FASTQError { FASTQError(line: line, reason: reason) }

    /// Where a line is fed whose text has ended; nil if that has not come yet.
    ///
    /// - Throws: That something else stands where the text has ended.
    private func lineFeed(
        _ span: Span<UInt8>,
        _ index: Int,
        _ reason: (UInt8) -> Reason
    ) throws(FASTQError) -> Int? {
        guard span[index] != Self.lineFeed else { return index }
        guard span[index] == Self.carriageReturn else { throw error(reason(span[index])) }
        guard index + 1 < span.count else { return nil }
        guard span[index + 1] == Self.lineFeed else { throw error(.strayReturn) }
        return index + 1
    }

    private func noPlus(_ byte: UInt8) -> FASTQError {
        let isBlank = byte == Self.lineFeed || byte == Self.carriageReturn
        return error(.missingPlus(found: isBlank ? nil : byte))
    }
}
