/// Reads a genome and writes it anew, so that every aligner reads it alike.
///
/// Aligners differ in what they take for FASTA: blank lines before the first header, lower case, RNA, gaps and
/// IUPAC letters are each fine for one and the end, hours later, of another; names may mean something to
/// them too. What is written has a number for a name, counted from 1, and the letters A, C, G, T and N.
public struct GenomeReader: Sendable {
    /// Fewer letters than these say little of what they are.
    private static let tellingLength = 60

    private var reader = FASTAReader(.nucleotides)
    private var statistics = SequenceStatistics()

    /// Makes a reader that stands at the start of a file.
    public init() {}

    /// Reads a piece of the file.
    ///
    /// - Parameters:
    ///   - bytes: What comes next in the file.
    ///   - output: What the genome written anew is appended to.
    /// - Throws: What is not FASTA or no nucleotide, and in which line.
    public mutating func read(
        _ bytes: [UInt8],
        into output: inout [UInt8]
    ) throws(FASTAError) {
        output.reserveCapacity(output.count + bytes.count)
        let normal = Nucleotides.certain
        try reader.read(bytes) { piece in
            switch piece {
            case .record:
                statistics.beginSequence()
                output.append(contentsOf: ">\(statistics.count)\n".utf8)
            case .sequence(let range):
                statistics.add(range, of: bytes)
                for byte in bytes[range] { output.append(normal[Int(byte)]) }
                output.append(UInt8(ascii: "\n"))
            }
        }
        // A protein may happen to be written with letters that stand for nucleotides too.
        if statistics.lettersSoFar >= Self.tellingLength,
            2 * statistics.nucleotidesSoFar < statistics.lettersSoFar
        {
            throw FASTAError(line: reader.currentLine, reason: .fewNucleotides)
        }
    }

    /// Ends the file.
    ///
    /// - Returns: What was counted, of the letters as they were.
    /// - Throws: What is missing in the file.
    public mutating func finish() throws(FASTAError) -> SequenceStatistics {
        try reader.finish()
        statistics.finish()
        return statistics
    }
}
