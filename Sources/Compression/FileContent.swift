/// What is in a file that may be compressed with gzip, as the file comes.
///
/// ```swift
/// content.feed(piece)
/// while let bytes = try content.next() { read(bytes) }   // after each piece
/// read(try content.finish())                             // at the end
/// ```
public struct FileContent {
    private static let gzipMark: [UInt8] = [0x1F, 0x8B]

    /// What came until there was enough to tell what it is.
    private var beginning: [UInt8]? = []
    private var inflater: GzipInflater?
    private var plain: [UInt8] = []

    /// Begins with a file.
    public init() {}

    /// Takes in what comes next in the file.
    ///
    /// - Parameter piece: Any number of bytes.
    public mutating func feed(_ piece: [UInt8]) {
        var piece = piece
        if let first = beginning {
            piece = first + piece
            guard piece.count >= Self.gzipMark.count else {
                beginning = piece
                return
            }
            beginning = nil
            if piece.starts(with: Self.gzipMark) { inflater = GzipInflater() }
        }
        if let inflater {
            inflater.feed(piece)
        } else {
            plain = plain.isEmpty ? piece : plain + piece
        }
    }

    /// Gives out a part of the content; nil if more of the file is needed for that.
    ///
    /// - Returns: What comes next in the content.
    /// - Throws: What is wrong with the gzip.
    public mutating func next() throws(GzipError) -> [UInt8]? {
        if let inflater { return try inflater.next() }
        guard !plain.isEmpty else { return nil }
        defer { plain = [] }
        return plain
    }

    /// Ends the file, of which all that there was of content was given out.
    ///
    /// - Returns: The rest, of a file that is too short to be compressed.
    /// - Throws: That the gzip is cut off.
    public mutating func finish() throws(GzipError) -> [UInt8] {
        try inflater?.finish()
        defer { beginning = nil }
        return beginning ?? []
    }
}
