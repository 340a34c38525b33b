public import Compression

/// Why a file is not FASTA, and where.
public struct FASTAError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was wrong.
    public enum Reason: Hashable, Sendable {
        /// There is nothing in the file.
        case emptyFile
        /// Something stands before the first header.
        case noHeader(found: UInt8)
        /// A header has no sequence.
        case emptySequence(name: String)
        /// Something that no sequence holds.
        case unexpectedByte(UInt8)
        /// A blank within a line of a sequence.
        case blankWithin
        /// A letter that stands in proteins only, where nucleotides should be.
        case noNucleotide(UInt8)
        /// Hardly anything up to here is A, C, G, T or N.
        case fewNucleotides
        /// The file is something else, or compressed in another way.
        case format(FileFormat)
        /// The file is compressed with gzip, and something is wrong with that.
        case gzip(GzipError)
    }

    /// The line, counted from 1.
    public let line: Int
    /// What was wrong.
    public let reason: Reason

    /// Refuses a file.
    ///
    /// - Parameters:
    ///   - line: The line, counted from 1; 1 for what no line is to blame for.
    ///   - reason: What was wrong.
    public init(line: Int = 1, reason: Reason) {
        self.line = line
        self.reason = reason
    }

    /// A sentence for people.
    public var description: String {
        switch reason {
        case .emptyFile: "the file is empty"
        case .noHeader(let byte):
            "line \(line): a FASTA file begins with a header, '>' and a name, not with \(Self.show(byte))"
        case .emptySequence(let name):
            "line \(line): the sequence '\(name)' is empty"
        case .unexpectedByte(let byte):
            "line \(line): \(Self.show(byte)) cannot stand in a sequence"
        case .blankWithin:
            "line \(line): a blank cannot stand in a sequence"
        case .noNucleotide(let byte):
            "line \(line): \(Self.show(byte)) is no letter for a nucleotide: this looks like a protein"
        case .fewNucleotides:
            "line \(line): hardly a letter is A, C, G, T or N: this looks like a protein"
        case .format(let format): "it is \(format.rawValue)"
        case .gzip(let error): error.description
        }
    }

    static func show(_ byte: UInt8) -> String {
        (0x21...0x7E).contains(byte)
            ? "'\(Unicode.Scalar(byte))'" : "byte 0x" + String(byte, radix: 16)
    }
}
