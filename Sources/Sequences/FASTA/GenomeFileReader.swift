import Compression

/// Reads the file of a genome as it comes, plain or compressed with gzip, and writes the genome anew.
///
/// What is no FASTA at all is called by its name, also where it is compressed.
public struct GenomeFileReader {
    private var content = FileContent()
    private var reader = GenomeReader()
    /// What came so far of the text, until there is enough to tell what it is.
    private var textBeginning: [UInt8]? = []

    /// Makes a reader that stands at the start of a file.
    public init() {}

    /// Reads a piece of the file.
    ///
    /// - Parameters:
    ///   - piece: What comes next in the file.
    ///   - output: What the genome written anew is appended to.
    /// - Throws: What is wrong with the gzip; what is not FASTA or no nucleotide, and in which line.
    public mutating func read(
        _ piece: [UInt8],
        into output: inout [UInt8]
    ) throws(FASTAError) {
        content.feed(piece)
        while let text = try nextText() { try readText(text, into: &output) }
    }

    /// Ends the file.
    ///
    /// - Parameter output: What the rest of the genome is appended to.
    /// - Returns: What was counted, of the letters as they were.
    /// - Throws: What is missing in the file.
    public mutating func finish(
        into output: inout [UInt8]
    ) throws(FASTAError) -> SequenceStatistics {
        let end: [UInt8]
        do throws(GzipError) {
            end = try content.finish()
        } catch {
            throw FASTAError(reason: .gzip(error))
        }
        try readText(end, into: &output)
        if let rest = textBeginning { try begin(rest, into: &output) }
        return try reader.finish()
    }

    private mutating func readText(
        _ text: [UInt8],
        into output: inout [UInt8]
    ) throws(FASTAError) {
        guard let first = textBeginning else { return try reader.read(text, into: &output) }
        let start = first.isEmpty ? text : first + text
        textBeginning = start
        if start.count >= FileFormat.tellingBytes { try begin(start, into: &output) }
    }

    /// Reads what was kept back until it was known what it is.
    private mutating func begin(
        _ text: [UInt8],
        into output: inout [UInt8]
    ) throws(FASTAError) {
        textBeginning = nil
        if let format = FileFormat(beginning: Array(text.prefix(FileFormat.tellingBytes))) {
            throw FASTAError(reason: .format(format))
        }
        try reader.read(text, into: &output)
    }

    private mutating func nextText() throws(FASTAError) -> [UInt8]? {
        do throws(GzipError) {
            return try content.next()
        } catch {
            throw FASTAError(reason: .gzip(error))
        }
    }
}
