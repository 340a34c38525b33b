import Compression

/// Reads a FASTQ file as it comes, plain or compressed with gzip, which its first two bytes tell.
///
/// What begins like another kind of file is refused by name. A mark of byte order before the first read is
/// passed over.
public struct FASTQFileReader {
    private static let gzipMark: [UInt8] = [0x1f, 0x8b]
    private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

    private enum Form {
        case unknown(first: [UInt8])
        case plain
        case gzip(GzipInflater)
    }

    private var form = Form.unknown(first: [])
    /// How the text begins, for as long as that is too short to tell what it is.
    private var start: [UInt8]? = []
    private var reader = FASTQReader()

    /// How many bytes of the file were read, of compressed ones if it is compressed.
    public private(set) var bytesRead = 0

    /// How many reads were handed out.
    public var count: Int { reader.count }

    /// Makes a reader that stands at the start of a file.
    public init() {}

    /// Reads a piece of the file.
    ///
    /// - Parameters:
    ///   - piece: What comes next in the file.
    ///   - handle: Takes each read, in order, with the bytes that hold it.
    /// - Throws: What is not FASTQ, and in which line; what is wrong with the gzip.
    public mutating func read(
        _ piece: [UInt8],
        _ handle: ([UInt8], FASTQRecord) -> Void
    ) throws(FASTQError) {
        bytesRead += piece.count
        switch form {
        case .plain: try take(piece, handle)
        case .gzip(let inflater): try inflate(piece, with: inflater, handle)
        case .unknown(let first):
            let start = first.isEmpty ? piece : first + piece
            if start.count < Self.gzipMark.count, Self.gzipMark.starts(with: start) {
                form = .unknown(first: start)
            } else if start.starts(with: Self.gzipMark) {
                let inflater = GzipInflater()
                form = .gzip(inflater)
                try inflate(start, with: inflater, handle)
            } else {
                form = .plain
                try take(start, handle)
            }
        }
    }

    /// Says that the file has ended.
    ///
    /// - Parameter handle: Takes the last read if its line had no end.
    /// - Throws: What is missing.
    public mutating func finish(_ handle: ([UInt8], FASTQRecord) -> Void) throws(FASTQError) {
        switch form {
        case .unknown(let first):
            form = .plain
            try take(first, handle)
        case .plain: break
        case .gzip(let inflater):
            do throws(GzipError) {
                try inflater.finish()
            } catch {
                throw FASTQError(reason: .gzip(error))
            }
        }
        if let start {
            self.start = nil
            try begin(start, handle)
        }
        try reader.finish(handle)
    }

    /// Takes in a piece of the text.
    private mutating func take(
        _ text: [UInt8],
        _ handle: ([UInt8], FASTQRecord) -> Void
    ) throws(FASTQError) {
        guard let first = start else {
            try reader.read(text, handle)
            return
        }
        let start = first.isEmpty ? text : first + text
        self.start = start.count < ForeignFormat.telling ? start : nil
        if self.start == nil { try begin(start, handle) }
    }

    private mutating func begin(
        _ start: [UInt8],
        _ handle: ([UInt8], FASTQRecord) -> Void
    ) throws(FASTQError) {
        let isInflated = if case .gzip = form { true } else { false }
        if let format = ForeignFormat(start, isInflated: isInflated) {
            throw FASTQError(reason: .foreign(format))
        }
        let isMarked = start.starts(with: Self.byteOrderMark)
        try reader.read(isMarked ? Array(start.dropFirst(3)) : start, handle)
    }

    private mutating func inflate(
        _ piece: [UInt8],
        with inflater: GzipInflater,
        _ handle: ([UInt8], FASTQRecord) -> Void
    ) throws(FASTQError) {
        inflater.feed(piece)
        while let text = try Self.next(of: inflater) {
            try take(text, handle)
        }
    }

    private static func next(of inflater: GzipInflater) throws(FASTQError) -> [UInt8]? {
        do throws(GzipError) {
            return try inflater.next()
        } catch {
            throw FASTQError(reason: .gzip(error))
        }
    }
}
