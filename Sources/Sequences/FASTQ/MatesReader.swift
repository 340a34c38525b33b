/// Reads two FASTQ files of mates side by side, and refuses them if they are not mates.
///
/// Both must hold the same reads in the same order, by their ids or by what `MateNames` takes for the ids of
/// mates. `next` says from which file to read, so that neither gets far ahead of the other, however unequal their pieces are:
///
///     while let mate = reader.next {
///         if let piece = … { try reader.read(piece, of: mate) { … } } else { try reader.finish(mate) { … } }
///     }
public struct MatesReader {
    private var first = FASTQFileReader()
    private var second = FASTQFileReader()
    private var isFinished: (first: Bool, second: Bool) = (false, false)
    private var check = MateCheck()

    /// Makes a reader that stands at the start of both files.
    public init() {}

    /// The file to read next: the one that is behind; nil when both have been read.
    public var next: Mate? {
        switch isFinished {
        case (true, true): nil
        case (true, false): .second
        case (false, true): .first
        case (false, false): first.count <= second.count ? .first : .second
        }
    }

    /// How many bytes of both files were read, of compressed ones if they are compressed.
    public var bytesRead: Int { first.bytesRead + second.bytesRead }

    /// How many fragments there are, of which both mates were read.
    public var count: Int { min(first.count, second.count) }

    /// Reads a piece of one of the files.
    ///
    /// - Parameters:
    ///   - piece: What comes next in the file.
    ///   - mate: Which file.
    ///   - handle: Takes each read of it, in order, with the bytes that hold it.
    /// - Throws: What is not FASTQ, and in which line; which read is not the other's mate.
    public mutating func read(
        _ piece: [UInt8],
        of mate: Mate,
        _ handle: ([UInt8], FASTQRecord) -> Void
    ) throws(FASTQError) {
        var check = takeCheck()
        defer { self.check = check }
        func take(_ bytes: [UInt8], _ record: FASTQRecord) {
            check.add(record.id(in: bytes), of: bytes, mate)
            handle(bytes, record)
        }
        switch mate {
        case .first: try first.read(piece, take)
        case .second: try second.read(piece, take)
        }
        if let found = check.found { throw FASTQError(reason: found) }
        try compareCounts()
    }

    /// Says that one of the files has ended.
    ///
    /// - Parameters:
    ///   - mate: Which file.
    ///   - handle: Takes the last read if its line had no end.
    /// - Throws: What is missing; that the other file has more reads.
    public mutating func finish(
        _ mate: Mate,
        _ handle: ([UInt8], FASTQRecord) -> Void
    ) throws(FASTQError) {
        var check = takeCheck()
        defer { self.check = check }
        func take(_ bytes: [UInt8], _ record: FASTQRecord) {
            check.add(record.id(in: bytes), of: bytes, mate)
            handle(bytes, record)
        }
        switch mate {
        case .first:
            try first.finish(take)
            isFinished.first = true
        case .second:
            try second.finish(take)
            isFinished.second = true
        }
        if let found = check.found { throw FASTQError(reason: found) }
        try compareCounts()
    }

    /// Refuses a file as soon as it has more reads than the other has at its end: the rest is not kept.
    private func compareCounts() throws(FASTQError) {
        let short: Mate
        if isFinished.first, first.count < second.count {
            short = .first
        } else if isFinished.second, second.count < first.count {
            short = .second
        } else {
            return
        }
        throw FASTQError(reason: .missingMate(of: short, record: count + 1))
    }

    /// The check leaves its place while a reader's closure changes it, so that it is not copied.
    private mutating func takeCheck() -> MateCheck {
        defer { check = MateCheck() }
        return check
    }
}
