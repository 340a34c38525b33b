/// Why something is not SAM, and where.
public struct SAMError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was wrong.
    public enum Reason: Hashable, Sendable {
        /// There are fewer than the eleven columns that each alignment has.
        case tooFewColumns(Int)
        /// Something that is not a number stands where one should.
        case noNumber(column: String)
        /// The CIGAR cannot be read.
        case cigar
        /// There are not as many qualities as bases.
        case lengthsDiffer(bases: Int, qualities: Int)
        /// An alignment has no reference, or one that has none says that it is aligned.
        case noReference
        /// A line is longer than any aligner could make it.
        case tooLong
        /// The text ends within a line.
        case truncated
    }

    /// The line, counted from 1.
    public let line: Int
    /// What was wrong.
    public let reason: Reason

    /// Refuses a text.
    ///
    /// - Parameters:
    ///   - line: The line, counted from 1.
    ///   - reason: What was wrong.
    public init(line: Int, reason: Reason) {
        self.line = line
        self.reason = reason
    }

    /// A sentence for people.
    public var description: String {
        let sentence =
            switch reason {
            case .tooFewColumns(let count): "an alignment has 11 columns, not \(count)"
            case .noNumber(let column): "\(column) is not a number"
            case .cigar: "the CIGAR cannot be read"
            case .lengthsDiffer(let bases, let qualities):
                "the read has \(bases) bases and \(qualities) qualities"
            case .noReference: "an alignment has no reference"
            case .tooLong: "the line is too long"
            case .truncated: "the aligner's output ends in the middle of a line"
            }
        return "SAM, line \(line): \(sentence)"
    }
}
