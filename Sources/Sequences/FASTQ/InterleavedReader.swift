/// Reads a FASTQ file in which mates follow each other, and refuses it if they are not mates.
public struct InterleavedReader {
    private var reader = FASTQFileReader()
    private var check = MateCheck()
    private var isSecondNext = false

    /// Makes a reader that stands at the start of the file.
    public init() {}

    /// How many bytes of the file were read, of compressed ones if it is compressed.
    public var bytesRead: Int { reader.bytesRead }

    /// How many reads were handed out, of both mates.
    public var count: Int { reader.count }

    /// Reads a piece of the file.
    ///
    /// - Parameters:
    ///   - piece: What comes next in the file; nil at its end.
    ///   - handle: Takes each read, in order, with the bytes that hold it.
    /// - Throws: What is not FASTQ, and in which line; which read is not its neighbour's mate, or has none.
    public mutating func read(
        _ piece: [UInt8]?,
        _ handle: (Mate, [UInt8], FASTQRecord) -> Void
    ) throws(FASTQError) {
        var check = takeCheck()
        defer { self.check = check }
        var isSecondNext = isSecondNext
        func take(_ bytes: [UInt8], _ record: FASTQRecord) {
            let mate = isSecondNext ? Mate.second : .first
            isSecondNext.toggle()
            check.add(record.id(in: bytes), of: bytes, mate)
            handle(mate, bytes, record)
        }
        if let piece {
            try reader.read(piece, take)
        } else {
            try reader.finish(take)
        }
        self.isSecondNext = isSecondNext
        if case .otherMate(let record, let first, let second) = check.found {
            throw FASTQError(
                reason: .notInterleaved(record: 2 * record - 1, first: first, second: second)
            )
        }
        if piece == nil, isSecondNext {
            throw FASTQError(reason: .lastWithoutMate(count: reader.count))
        }
    }

    /// The check leaves its place while a reader's closure changes it, so that it is not copied.
    private mutating func takeCheck() -> MateCheck {
        defer { check = MateCheck() }
        return check
    }
}
