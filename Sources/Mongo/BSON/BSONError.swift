/// Why some bytes are not a BSON document, and where.
public struct BSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was wrong.
    public enum Reason: Hashable, Sendable {
        /// A length leads beyond the end, or is smaller than it can be.
        case invalidLength(Int)
        /// A string or a document does not end with a zero.
        case missingTerminator
        /// A truth value is neither 0 nor 1.
        case invalidBoolean(UInt8)
        /// A type that there is not.
        case unknownType(UInt8)
        /// A text is not UTF-8.
        case invalidText
        /// Documents and arrays are nested deeper than allowed.
        case tooDeep(limit: Int)
    }

    /// What was wrong.
    public let reason: Reason
    /// Where: the number of bytes before the fault.
    public let offset: Int

    /// Joins the parts of an error.
    ///
    /// - Parameters:
    ///   - reason: What was wrong.
    ///   - offset: The number of bytes before the fault.
    public init(reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// A sentence for people.
    public var description: String { "\(what) at byte \(offset)" }

    private var what: String {
        switch reason {
        case .invalidLength(let length): "a length of \(length) cannot be"
        case .missingTerminator: "a zero is missing"
        case .invalidBoolean(let byte): "a boolean is \(byte)"
        case .unknownType(let type): "there is no type \(type)"
        case .invalidText: "a text is not UTF-8"
        case .tooDeep(let limit): "nested deeper than \(limit)"
        }
    }
}
