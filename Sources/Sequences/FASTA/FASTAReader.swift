/// Reads FASTA as it comes, in pieces of any size, and refuses what is not FASTA.
///
/// A file must begin with a header (`>`), blank lines and a byte order mark before it aside. Each
/// sequence has at least one letter: an empty one is refused, because aligners
/// leave it out silently, and their count would not be ours. A sequence is made of
/// letters, `*`, `-` and `.`; blanks and a carriage return at a line's end are
/// dropped. Whatever else stands there is refused with its line.
public struct FASTAReader: Sendable {
    /// A piece of a file, handed out as soon as it is read.
    public enum Piece: Hashable, Sendable {
        /// A record begins; the name is the header up to the first blank.
        case record(name: String)
        /// A part of the record's sequence, as a range in the bytes that were read.
        case sequence(Range<Int>)
    }

    /// Which letters may stand in a sequence.
    public enum Alphabet: Hashable, Sendable {
        /// Those of nucleotides and of proteins.
        case any
        /// Those of nucleotides: IUPAC's, U, and X for what was masked.
        case nucleotides
    }

    private enum State {
        case lineStart
        case header
        case sequence
        /// Blanks within a sequence's line: only the line's end may follow.
        case trailingBlank
    }

    /// Longer names are cut; a file that is one endless line must not fill the memory.
    private static let maximumName = 1024

    private static let isSequence: [Bool] = (0...255).map { byte in
        let letter = byte | 0x20
        return (0x61...0x7A).contains(letter) && byte >= 0x41
            || byte == 0x2A || byte == 0x2D || byte == 0x2E
    }

    /// Letters that stand for amino acids and for no nucleotide, and the stop of a protein.
    private static let ofProteins = "EFIJLOPQZ*".utf8

    private static let isNucleotide: [Bool] = isSequence.enumerated().map { byte, isSequence in
        isSequence && !ofProteins.contains(UInt8(byte) & (byte >= 0x61 ? 0xDF : 0xFF))
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private let alphabet: Alphabet
    /// How much of a byte order mark was read.
    private var mark = 0
    private var state = State.lineStart
    private var line = 1
    private var header: [UInt8] = []
    private var headerLine = 0
    private var isInRecord = false
    private var recordIsEmpty = false

    /// Makes a reader that stands at the start of a file.
    ///
    /// - Parameter alphabet: Which letters may stand in a sequence.
    public init(_ alphabet: Alphabet = .any) {
        self.alphabet = alphabet
    }

    /// The line that is read, counted from 1.
    var currentLine: Int { line }

    /// Reads a piece of the file.
    ///
    /// - Parameters:
    ///   - bytes: What comes next in the file.
    ///   - handle: Takes each piece, in order.
    /// - Throws: What is not FASTA, and in which line.
    public mutating func read(
        _ bytes: [UInt8],
        _ handle: (Piece) -> Void
    ) throws(FASTAError) {
        let span = bytes.span
        let isSequence = alphabet == .any ? Self.isSequence.span : Self.isNucleotide.span
        var index = 0
        while index < span.count {
            let byte = span[index]
            switch state {
            case .sequence:
                let start = index
                while index < span.count, isSequence[Int(span[index])] { index += 1 }
                if index > start {
                    recordIsEmpty = false
                    handle(.sequence(start..<index))
                }
                if index < span.count {
                    try endSequence(at: span[index])
                    index += 1
                }
            case .lineStart where byte == UInt8(ascii: ">"):
                try endRecord()
                header.removeAll(keepingCapacity: true)
                headerLine = line
                state = .header
                index += 1
            case .lineStart where mark < 3 && isAtStart && byte == Self.byteOrderMark[mark]:
                mark += 1
                index += 1
            case .lineStart where !Self.isBlank(byte) && byte != Self.lineFeed:
                guard isInRecord else {
                    throw FASTAError(line: line, reason: .noHeader(found: byte))
                }
                state = .sequence
            case .lineStart, .trailingBlank:
                try skipBlank(byte)
                index += 1
            case .header:
                readHeader(byte, handle)
                index += 1
            }
        }
    }

    /// Says that the file has ended.
    ///
    /// - Throws: What is missing.
    public mutating func finish() throws(FASTAError) {
        if state == .header { recordIsEmpty = true }
        try endRecord()
        guard headerLine > 0 else { throw FASTAError(line: 1, reason: .emptyFile) }
    }

    private static let lineFeed = UInt8(ascii: "\n")

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }

    private var isAtStart: Bool { line == 1 && headerLine == 0 }

    private mutating func readHeader(_ byte: UInt8, _ handle: (Piece) -> Void) {
        guard byte == Self.lineFeed else {
            if header.count < Self.maximumName { header.append(byte) }
            return
        }
        state = .lineStart
        line += 1
        isInRecord = true
        recordIsEmpty = true
        handle(.record(name: name))
    }

    private mutating func endSequence(at byte: UInt8) throws(FASTAError) {
        if byte == Self.lineFeed {
            state = .lineStart
            line += 1
        } else if Self.isBlank(byte) {
            state = .trailingBlank
        } else if Self.isSequence[Int(byte)] {
            throw FASTAError(line: line, reason: .noNucleotide(byte))
        } else {
            throw FASTAError(line: line, reason: .unexpectedByte(byte))
        }
    }

    private mutating func skipBlank(_ byte: UInt8) throws(FASTAError) {
        if byte == Self.lineFeed {
            state = .lineStart
            line += 1
        } else if !Self.isBlank(byte) {
            throw FASTAError(line: line, reason: .blankWithin)
        }
    }

    private func endRecord() throws(FASTAError) {
        if isInRecord || state == .header, recordIsEmpty {
            throw FASTAError(line: headerLine, reason: .emptySequence(name: name))
        }
    }

    private var name: String {
        let name = header.prefix { !Self.isBlank($0) }
        return String(decoding: name, as: UTF8.self)
    }
}
