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

    /// The read's id: the header up to its first blank.
    ///
    /// - Parameter bytes: The bytes that the read was read from.
    /// - Returns: Where the id stands in them.
    public func id(in bytes: [UInt8]) -> Range<Int> {
        ReadKey.id(in: bytes, of: header)
    }

    /// Which mate the header says that the read is: by `/2` at the end of the id, or `2:N:` behind it.
    ///
    /// - Parameter bytes: The bytes that the read was read from.
    /// - Returns: 1, 2, 3 or 4; nil if the header does not say it.
    public func mateNumber(in bytes: [UInt8]) -> Int? {
        let digits = UInt8(ascii: "1")...UInt8(ascii: "4")
        let id = id(in: bytes)
        let comment = bytes[id.upperBound..<header.upperBound].dropFirst().prefix(4)
        if comment.count == 4, let digit = comment.first, digits.contains(digit),
            [":N:", ":Y:"].contains(where: { comment.dropFirst().elementsEqual($0.utf8) })
        {
            return Int(digit - UInt8(ascii: "0"))
        }
        let end = bytes[id].suffix(2)
        guard end.count == 2, end.first == UInt8(ascii: "/"), let digit = end.last,
            digits.contains(digit)
        else { return nil }
        return Int(digit - UInt8(ascii: "0"))
    }
}

extension FASTQRecord {
    /// The read without some bases at each end.
    ///
    /// - Parameter count: How many bases are left out at each end; of a shorter read none is left.
    /// - Returns: The read; `whole` is what it was.
    public func shortened(by count: Int) -> FASTQRecord {
        guard count > 0 else { return self }
        func inner(_ range: Range<Int>) -> Range<Int> {
            let start = min(range.lowerBound + count, range.upperBound)
            return start..<max(start, range.upperBound - count)
        }
        return FASTQRecord(
            whole: whole,
            header: header,
            sequence: inner(sequence),
            quality: inner(quality)
        )
    }

    /// Writes the read as four lines.
    ///
    /// - Parameters:
    ///   - bytes: The bytes that the read was read from.
    ///   - text: What it is written behind.
    public func write(of bytes: [UInt8], to text: inout [UInt8]) {
        text.append(UInt8(ascii: "@"))
        text += bytes[header]
        text.append(UInt8(ascii: "\n"))
        text += bytes[sequence]
        text += "\n+\n".utf8
        text += bytes[quality]
        text.append(UInt8(ascii: "\n"))
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
        var end = id(in: bytes, of: name).upperBound
        let length = end - name.lowerBound
        if length > 2, span[end - 2] == UInt8(ascii: "/"),
            span[end - 1] == UInt8(ascii: "1") || span[end - 1] == UInt8(ascii: "2")
        {
            end -= 2
        }
        return name.lowerBound..<end
    }

    /// Finds the id in a read's name: up to the first blank.
    static func id(in bytes: [UInt8], of name: Range<Int>) -> Range<Int> {
        let span = bytes.span
        var end = name.lowerBound
        while end < name.upperBound, span[end] != 0x20, span[end] != 0x09 { end += 1 }
        return name.lowerBound..<end
    }
}
