/// Reads FASTA and counts as it goes.
public struct FASTASummary: Sendable {
    private var reader = FASTAReader()
    private var statistics = SequenceStatistics()

    /// Makes a summary of a file that is yet to be read.
    public init() {}

    /// Reads a piece of the file.
    ///
    /// - Parameter bytes: What comes next in the file.
    /// - Throws: What is not FASTA, and in which line.
    public mutating func read(_ bytes: [UInt8]) throws(FASTAError) {
        try reader.read(bytes) { piece in
            switch piece {
            case .record: statistics.beginSequence()
            case .sequence(let range): statistics.add(range, of: bytes)
            }
        }
    }

    /// Ends the file.
    ///
    /// - Returns: What was counted.
    /// - Throws: What is missing in the file.
    public mutating func finish() throws(FASTAError) -> SequenceStatistics {
        try reader.finish()
        statistics.finish()
        return statistics
    }
}
