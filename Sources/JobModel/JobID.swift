/// The name of one job, made by the server or chosen by the caller.
///
/// Up to 64 characters of `A-Z a-z 0-9 _ -`, the first a letter or a digit: it
/// names folders and files as it is.
public struct JobID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The id as text.
    public let rawValue: String

    /// Takes an id over if its form is right.
    public init?(_ text: some StringProtocol) {
        let utf8 = text.utf8
        guard let first = utf8.first, utf8.count <= 64, Self.isAlphanumeric(first),
            utf8.allSatisfy({
                Self.isAlphanumeric($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
            })
        else { return nil }
        rawValue = String(text)
    }

    private init(valid rawValue: String) {
        self.rawValue = rawValue
    }

    /// Makes a new id of eight digits and lower-case letters.
    ///
    /// - Parameter generator: Where chance comes from.
    /// - Returns: An id that is new with all but certainty.
    public static func random(using generator: inout some RandomNumberGenerator) -> JobID {
        // One number for all characters: each one drawn from the system is a call of the kernel.
        let number = UInt64.random(in: 0..<2_821_109_907_456, using: &generator)
        let digits = String(number, radix: 36)
        return JobID(valid: String(repeating: "0", count: 8 - digits.utf8.count) + digits)
    }

    /// What an id may look like, for messages to people.
    public static let form =
        "1 to 64 of the characters A-Z a-z 0-9 _ -, the first a letter or a digit"

    /// Whether a byte is one of `0-9 A-Z a-z`.
    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }

    /// The id as text.
    public var description: String { rawValue }

    /// Orders ids as text.
    public static func < (left: JobID, right: JobID) -> Bool { left.rawValue < right.rawValue }
}

extension JobID: ExpressibleByStringInterpolation {
    /// Takes an id written in the source.
    ///
    /// - Precondition: Its form is right. Text from outside goes through ``init(_:)``.
    public init(stringLiteral text: String) {
        guard let id = JobID(text) else { preconditionFailure("\"\(text)\" is no job id") }
        self = id
    }
}
