/// A read, as ranges in the bytes that it was read from.
public struct FASTQRecord: Hashable, Sendable {
    /// All four lines, with the last one's end.
    public let whole: Range<Int>
    /// The first line without its `@`.
    public let header: Range<Int>
    /// The bases.
    public let sequence: Range<Int>
    /// The qualities, as many as bases.
    public let quality: Range<Int>

    /// What mates have in common: the header up to its first blank, without `/1` or `/2`.
    ///
    /// - Parameter bytes: The bytes that the read was read from.
    /// - Returns: Where the key stands in them.
    public func key(in bytes: [UInt8]) -> Range<Int> {
        ReadKey.range(in: bytes, of: header)
    }
}

/// What both mates of a fragment, and all alignments of both, have in common.
public enum ReadKey {
    /// Finds the key of a read in its name: up to the first blank, without `/1` or `/2` at its end.
    ///
    /// - Parameters:
    ///   - bytes: Where the name stands.
    ///   - name: Its place.
    /// - Returns: The place of the key.
    public static func range(in bytes: [UInt8], of name: Range<Int>) -> Range<Int> {
        let span = bytes.span
        var end = name.lowerBound
        while end < name.upperBound, span[end] != 0x20, span[end] != 0x09 { end += 1 }
        let length = end - name.lowerBound
        if length > 2, span[end - 2] == UInt8(ascii: "/"),
            span[end - 1] == UInt8(ascii: "1") || span[end - 1] == UInt8(ascii: "2")
        {
            end -= 2
        }
        return name.lowerBound..<end
    }
}
