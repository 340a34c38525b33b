/// Reads FASTQ as it comes, in pieces of any size, and refuses what is not FASTQ.
///
/// A read is four lines: `@` and a header, the bases, `+` and anything, as many qualities as bases.
/// Bases are letters, `.`, `-` and `*`; qualities are the signs from `!` to `~`. A read may be empty. The
/// last line's end may be missing; blank lines may stand after the last read and nowhere else.
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

    private static let isBase: [Bool] = (0...255).map { byte in
        let letter = byte | 0x20
        return (0x61...0x7A).contains(letter) && byte >= 0x41
            || byte == 0x2A || byte == 0x2D || byte == 0x2E
    }

    /// How many reads were handed out.
    public private(set) var count = 0

    /// The beginning of a read whose end has not come yet.
    private var rest: [UInt8] = []
    private var part = Part.header
    private var line = 1
    // Places in `rest`.
    private var index = 0
    private var headerEnd = 0
    private var sequenceEnd = 0
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
            let isWhole =
                part == .quality && rest.count - qualityStart == sequenceEnd - headerEnd - 1
            guard isWhole else { throw FASTQError(line: line, reason: .truncated) }
            try read([Self.lineFeed], handle)
        }
        guard count > 0 else { throw FASTQError(line: 1, reason: .noReads) }
    }

    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    private mutating func keep(_ bytes: [UInt8], from start: Int) {
        index -= start
        headerEnd -= start
        sequenceEnd -= start
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
        while index < span.count {
            switch part {
            case .blank:
                guard span[index] == Self.lineFeed else { throw error(.blankLine) }
                index += 1
                start = index
                line += 1
            case .header:
                if index == start {
                    guard try beginsRead(span[index]) else { continue }
                }
                while index < span.count, span[index] != Self.lineFeed { index += 1 }
                guard index < span.count else { break }
                guard span[index - 1] != Self.carriageReturn else { throw error(.windowsLineEnd) }
                headerEnd = index
                endLine(&index, next: .sequence)
            case .sequence:
                while index < span.count, isBase[Int(span[index])] { index += 1 }
                guard index < span.count else { break }
                guard span[index] == Self.lineFeed else {
                    throw error(unexpected: span[index], Reason.unexpectedBase)
                }
                sequenceEnd = index
                endLine(&index, next: .separator)
            case .separator:
                if index == sequenceEnd + 1 {
                    guard span[index] == UInt8(ascii: "+") else { throw noPlus(span[index]) }
                }
                while index < span.count, span[index] != Self.lineFeed { index += 1 }
                guard index < span.count else { break }
                guard span[index - 1] != Self.carriageReturn else { throw error(.windowsLineEnd) }
                endLine(&index, next: .quality)
                qualityStart = index
            case .quality:
                while index < span.count, (0x21...0x7E).contains(span[index]) { index += 1 }
                guard index < span.count else { break }
                guard span[index] == Self.lineFeed else {
                    throw error(unexpected: span[index], Reason.unexpectedQuality)
                }
                try handOut(bytes, start: start, end: index, handle)
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
        guard byte == Self.lineFeed, count > 0 else {
            throw byte == Self.lineFeed ? error(.blankLine) : error(.missingAt(found: byte))
        }
        part = .blank
        return false
    }

    private mutating func handOut(
        _ bytes: [UInt8],
        start: Int,
        end: Int,
        _ handle: ([UInt8], FASTQRecord) -> Void
    ) throws(FASTQError) {
        let record = FASTQRecord(
            whole: start..<end + 1,
            header: start + 1..<headerEnd,
            sequence: headerEnd + 1..<sequenceEnd,
            quality: qualityStart..<end
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

    private func error(unexpected byte: UInt8, _ reason: (UInt8) -> Reason) -> FASTQError {
        error(byte == Self.carriageReturn ? .windowsLineEnd : reason(byte))
    }

    private func noPlus(_ byte: UInt8) -> FASTQError {
        error(.missingPlus(found: byte == Self.lineFeed ? nil : byte))
    }
}
