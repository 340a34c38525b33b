/// Why some bytes are not a JSON document, and where.
public struct JSONParseError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was wrong.
    public enum Reason: Hashable, Sendable {
        /// The text ends in the middle of a value.
        case unexpectedEnd
        /// A byte that cannot stand there.
        case unexpectedByte(UInt8)
        /// Something other than white space follows the value.
        case trailingBytes
        /// A string holds a control character that must be escaped.
        case controlCharacter(UInt8)
        /// A backslash is followed by something that is no escape.
        case invalidEscape
        /// A string is not valid UTF-8, or escapes half of a surrogate pair.
        case invalidUnicode
        /// An object has two members of one name.
        case duplicateName(String)
        /// Arrays and objects are nested deeper than allowed.
        case tooDeep(limit: Int)
    }

    /// What was wrong.
    public let reason: Reason
    /// Where: the number of bytes before the fault.
    public let offset: Int

    /// A sentence for people.
    public var description: String { "\(what) at byte \(offset)" }

    private var what: String {
        switch reason {
        case .unexpectedEnd: "the text ends too early"
        case .unexpectedByte(let byte): "unexpected \(Self.show(byte))"
        case .trailingBytes: "something follows the value"
        case .controlCharacter(let byte): "unescaped control character \(Self.show(byte))"
        case .invalidEscape: "invalid escape in a string"
        case .invalidUnicode: "a string is not valid Unicode"
        case .duplicateName(let name): "duplicate name \"\(name)\""
        case .tooDeep(let limit): "nested deeper than \(limit)"
        }
    }

    private static func show(_ byte: UInt8) -> String {
        (0x21...0x7E).contains(byte)
            ? "'\(Unicode.Scalar(byte))'" : "byte 0x" + String(byte, radix: 16)
    }
}
