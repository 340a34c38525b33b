/// Text that equals only text of the same bytes.
///
/// Swift takes composed and decomposed letters for the same: to `String`, `"é"` is one
/// string however it is written, and to a file system, a database or another program it is
/// two. Text from outside that serves as a key is wrapped in this.
public struct ExactText: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The text.
    public let text: String

    /// Wraps a text.
    ///
    /// - Parameter text: Any text.
    public init(_ text: String) {
        self.text = text
    }

    /// The text.
    public var description: String { text }

    /// Whether both are of the same bytes.
    public static func == (left: ExactText, right: ExactText) -> Bool {
        left.text.isExactly(right.text)
    }

    /// Orders texts by their bytes, as databases do.
    public static func < (left: ExactText, right: ExactText) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    /// Feeds the bytes, eight at a time.
    ///
    /// Not the string's own hash: that one is the same for all ways to write a letter, so a
    /// stranger could make any number of unequal keys collide.
    public func hash(into hasher: inout Hasher) {
        let bytes = text.utf8.span
        var word: UInt64 = 0
        for index in bytes.indices {
            word = word << 8 | UInt64(bytes[index])
            if index & 7 == 7 {
                hasher.combine(word)
                word = 0
            }
        }
        hasher.combine(word)
        hasher.combine(bytes.count)
    }
}

extension ExactText: ExpressibleByStringInterpolation {
    /// Wraps a text written in the source.
    public init(stringLiteral text: String) { self.init(text) }
}

extension String {
    /// Whether both texts are of the same bytes; `==` is content with texts that look the same.
    public func isExactly(_ other: String) -> Bool {
        // Most texts differ in length, and the library is quick to say that two are not alike.
        guard utf8.count == other.utf8.count, self == other else { return false }
        let left = utf8.span
        let right = other.utf8.span
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }
}
