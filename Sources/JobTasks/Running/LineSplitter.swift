/// Cuts a stream of bytes into lines at line feeds and carriage returns.
///
/// A line ends with `\n`, `\r` or `\r\n`. One that a lone `\r` ends was meant to
/// be overwritten on a terminal. A line longer than the limit is cut, and says so.
struct LineSplitter {
    /// A line, made fit to be read by people.
    struct Line: Hashable {
        let text: String
        /// The text with the colours in which it was written.
        let coloured: String
        let isOverwritten: Bool
    }

    /// Longer lines are cut; a tool that writes no line end at all must not fill the memory.
    static let maximumLength = 8 << 10

    private var bytes: [UInt8] = []
    private var dropped = 0
    private var pendingReturn = false

    /// Takes in what came; hands out the lines that it ends.
    mutating func feed(_ chunk: UnsafeRawBufferPointer, _ handle: (Line) -> Void) {
        for byte in chunk {
            if pendingReturn {
                pendingReturn = false
                end(isOverwritten: byte != UInt8(ascii: "\n"), handle)
                if byte == UInt8(ascii: "\n") { continue }
            }
            switch byte {
            case UInt8(ascii: "\n"): end(isOverwritten: false, handle)
            case UInt8(ascii: "\r"): pendingReturn = true
            default:
                if bytes.count < Self.maximumLength {
                    bytes.append(byte)
                } else {
                    dropped += 1
                }
            }
        }
    }

    /// Hands out what came after the last line end.
    mutating func finish(_ handle: (Line) -> Void) {
        pendingReturn = false
        if !bytes.isEmpty { end(isOverwritten: false, handle) }
    }

    private mutating func end(isOverwritten: Bool, _ handle: (Line) -> Void) {
        var text = PlainText.make(of: bytes)
        var coloured = bytes.contains(0x1B) ? PlainText.make(of: bytes, hasColours: true) : text
        if dropped > 0 {
            text += " … (\(dropped) more bytes)"
            coloured += " … (\(dropped) more bytes)"
        }
        bytes.removeAll(keepingCapacity: true)
        dropped = 0
        // A carriage return at the very start of a redrawn line leaves an empty one behind.
        guard !(isOverwritten && text.isEmpty) else { return }
        handle(Line(text: text, coloured: coloured, isOverwritten: isOverwritten))
    }
}

/// Text from whatever a program or a client wrote.
package enum PlainText {
    /// A text as one line without control characters.
    ///
    /// - Parameters:
    ///   - text: Any text.
    ///   - hasColours: Whether its colours stay: `ESC [ numbers m`, and no other sequence.
    /// - Returns: The line; its colours end with it.
    package static func line(_ text: String, hasColours: Bool = false) -> String {
        // Nearly all are, and lines of logs come by the thousand.
        if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return text }
        return text.split(whereSeparator: \.isNewline)
            .map { make(of: Array($0.utf8), hasColours: hasColours) }
            .joined(separator: " ")
    }

    /// The bytes as text without control characters and invalid UTF-8, and without colours if they do not stay.
    static func make(of bytes: [UInt8], hasColours: Bool = false) -> String {
        let isPlain = bytes.allSatisfy { (0x20...0x7E).contains($0) }
        guard !isPlain else { return String(decoding: bytes, as: UTF8.self) }
        var kept = withoutControls(bytes, hasColours: hasColours)
        // A colour ends with its line: what comes next is somebody else's.
        if kept.contains(0x1B), !kept.reversed().starts(with: reset.reversed()) { kept += reset }
        return String(decoding: kept, as: UTF8.self)
    }

    private static let reset = Array("\u{1B}[0m".utf8)

    private static func withoutControls(_ bytes: [UInt8], hasColours: Bool) -> [UInt8] {
        var plain: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == 0x1B {
                let end = endOfEscape(in: bytes, from: index)
                if hasColours, isColour(bytes[index..<end]) {
                    plain.append(byte)
                    plain += bytes[index..<end]
                }
                index = end
            } else if byte == 0xC2, index < bytes.count, (0x80...0x9F).contains(bytes[index]) {
                // U+0080 to U+009F: some terminals take them for escapes.
                index += 1
            } else if byte >= 0x20 && byte != 0x7F || byte == 0x09 {
                plain.append(byte)
            }
        }
        return plain
    }

    /// Whether what follows an escape says how to write: `[`, numbers, `m`.
    private static func isColour(_ sequence: ArraySlice<UInt8>) -> Bool {
        sequence.first == UInt8(ascii: "[") && sequence.last == UInt8(ascii: "m")
            && sequence.count <= 32
            && sequence.dropFirst().dropLast().allSatisfy { (0x30...0x3B).contains($0) }
    }

    /// Where a terminal's escape sequence ends: `ESC [ … letter`, or one byte.
    private static func endOfEscape(in bytes: [UInt8], from start: Int) -> Int {
        guard start < bytes.count, bytes[start] == UInt8(ascii: "[") else {
            return min(start + 1, bytes.count)
        }
        let final = bytes[(start + 1)...].firstIndex { (0x40...0x7E).contains($0) }
        return final.map { $0 + 1 } ?? bytes.count
    }
}
