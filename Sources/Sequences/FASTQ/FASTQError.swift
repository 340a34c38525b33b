public import Compression

/// Why a file is not FASTQ, and where.
public struct FASTQError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was wrong.
    public enum Reason: Hashable, Sendable {
        /// There is no read in the file.
        case noReads
        /// A read does not begin with `@`.
        case missingAt(found: UInt8)
        /// A blank line stands before a read.
        case blankLine
        /// The third line of a read does not begin with `+`.
        case missingPlus(found: UInt8?)
        /// There are not as many qualities as bases.
        case lengthsDiffer(bases: Int, qualities: Int)
        /// The file ends within a read.
        case truncated
        /// Something that no sequence holds.
        case unexpectedBase(UInt8)
        /// Something that is not a quality.
        case unexpectedQuality(UInt8)
        /// A carriage return that no line feed follows.
        case strayReturn
        /// The file is of another kind, which was recognized.
        case foreign(ForeignFormat)
        /// A read is longer than any machine could make it.
        case tooLong
        /// The file is not whole gzip.
        case gzip(GzipError)
        /// One file of mates has fewer reads than the other.
        case missingMate(of: Mate, record: Int)
        /// Reads at the same place in the two files have other ids.
        case otherMate(record: Int, first: String, second: String)
        /// Two reads that follow each other in an interleaved file are no mates.
        case notInterleaved(record: Int, first: String, second: String)
        /// The last read of an interleaved file has no mate.
        case lastWithoutMate(count: Int)
    }

    /// The line, counted from 1; 0 if the reason belongs to no line.
    public let line: Int
    /// What was wrong.
    public let reason: Reason

    /// Refuses a file.
    ///
    /// - Parameters:
    ///   - line: The line, counted from 1; 0 if the reason belongs to no line.
    ///   - reason: What was wrong.
    public init(line: Int = 0, reason: Reason) {
        self.line = line
        self.reason = reason
    }

    /// A sentence for people.
    public var description: String {
        line > 0 ? "line \(line): \(sentence)" : sentence
    }

    private var sentence: String {
        switch reason {
        case .noReads: "there are no reads in the file"
        case .missingAt(let byte):
            "a read begins with '@' and its name, not with \(Self.show(byte))"
        case .blankLine: "a blank line cannot stand before a read"
        case .missingPlus(let byte):
            "the third line of a read begins with '+', not with "
                + (byte.map(FASTAError.show) ?? "a line's end")
                + "; sequences over more than one line are not supported"
        case .lengthsDiffer(let bases, let qualities):
            "the read has \(bases) bases and \(qualities) qualities"
        case .truncated: "the file ends in the middle of a read"
        case .unexpectedBase(let byte) where "0123".utf8.contains(byte):
            "\(FASTAError.show(byte)) cannot stand in a read; reads in colours, as SOLiD made them, must "
                + "be turned into bases first"
        case .unexpectedBase(let byte):
            "\(Self.show(byte)) cannot stand in a read; bases are A, C, G, T, U, N, "
                + "the other letters of IUPAC for nucleotides and '.'"
        case .unexpectedQuality(let byte):
            "\(Self.show(byte)) is not a quality; these are the signs from '!' to '~', one for each base"
        case .strayReturn:
            "a carriage return stands within the line; lines end with a line feed"
        case .foreign(let format): format.description
        case .tooLong: "the read is too long"
        case .gzip(let error): error.description
        case .missingMate(let mate, let record):
            "the \(mate) file has no read \(record), but the other has: the files are not mates"
        case .otherMate(let record, let first, let second):
            "read \(record) is '\(first)' in the first file and '\(second)' in the second: "
                + "the files are not mates"
        case .notInterleaved(let record, let first, let second):
            "reads \(record) and \(record + 1) are '\(first)' and '\(second)': "
                + "mates do not follow each other"
        case .lastWithoutMate(let count):
            "the file has \(count) reads, an odd number: the last has no mate"
        }
    }

    /// A byte, and where it may come from.
    private static func show(_ byte: UInt8) -> String {
        byte == 0
            ? "a zero byte (a disk that was full or a machine that crashed may have left it: copy the file anew)"
            : FASTAError.show(byte)
    }
}

/// Which of two files of mates.
public enum Mate: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// The one with the reads 1.
    case first
    /// The one with the reads 2.
    case second

    /// Its name in a sentence.
    public var description: String { rawValue }

    /// The other one.
    public var other: Mate { self == .first ? .second : .first }
}
