/// A sequence with its name.
public struct FASTARecord: Hashable, Sendable {
    /// The header up to the first blank.
    public var name: String
    /// The sequence, without line ends and blanks.
    public var sequence: [UInt8]

    /// Makes a record.
    ///
    /// - Parameters:
    ///   - name: The header up to the first blank.
    ///   - sequence: The sequence, without line ends and blanks.
    public init(name: String, sequence: [UInt8]) {
        self.name = name
        self.sequence = sequence
    }
}

/// Reads whole sequences from FASTA as it comes.
public struct FASTARecordReader: Sendable {
    private var reader = FASTAReader()
    private var current: FASTARecord?

    /// Makes a reader that stands at the start of a file.
    public init() {}

    /// Reads a piece of the file.
    ///
    /// - Parameters:
    ///   - bytes: What comes next in the file.
    ///   - handle: Takes each sequence as soon as its end was read, in order.
    /// - Throws: What is not FASTA, and in which line.
    public mutating func read(
        _ bytes: [UInt8],
        _ handle: (FASTARecord) -> Void
    ) throws(FASTAError) {
        try reader.read(bytes) { piece in
            switch piece {
            case .record(let name):
                if let current { handle(current) }
                current = FASTARecord(name: name, sequence: [])
            case .sequence(let range): current?.sequence.append(contentsOf: bytes[range])
            }
        }
    }

    /// Ends the file.
    ///
    /// - Parameter handle: Takes the last sequence.
    /// - Throws: What is missing in the file.
    public mutating func finish(_ handle: (FASTARecord) -> Void) throws(FASTAError) {
        try reader.finish()
        if let current { handle(current) }
        current = nil
    }
}
