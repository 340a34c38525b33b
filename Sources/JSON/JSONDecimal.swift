/// A number that neither 64 bits nor a double hold exactly, as it was written.
///
/// Such a number is handed on as it came, and never becomes another one in silence.
public struct JSONDecimal: Hashable, Sendable, CustomStringConvertible {
    /// The number as JSON writes it, such as `18446744073709551616`.
    public let text: String

    /// The number as JSON writes it.
    public var description: String { text }

    /// The nearest double, unless the number is greater than all of them.
    public var nearest: Double? { Double(text).flatMap { $0.isFinite ? $0 : nil } }

    init(text: String) {
        self.text = text
    }

    /// Whether two numbers are of the same bytes.
    public static func == (left: JSONDecimal, right: JSONDecimal) -> Bool {
        left.text.isExactly(right.text)
    }
}

/// What the text of a number says, whatever its notation: `0.digits × 10^exponent`.
struct DecimalDigits: Equatable {
    private static let greatestExponent = 1_000_000_000

    private(set) var isNegative = false
    private(set) var digits: [UInt8] = []
    private(set) var exponent = 0

    /// Takes a number apart.
    ///
    /// - Parameter text: A number as JSON writes it.
    init(_ text: some Sequence<UInt8>) {
        var isBehindPoint = false
        var isInExponent = false
        var isExponentNegative = false
        var written = 0
        for byte in text {
            switch byte {
            case UInt8(ascii: "."): isBehindPoint = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"): isInExponent = true
            case UInt8(ascii: "-"):
                if isInExponent { isExponentNegative = true } else { isNegative = true }
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let digit = Int(byte - UInt8(ascii: "0"))
                if isInExponent {
                    written = min(written * 10 + digit, Self.greatestExponent)
                } else {
                    if !isBehindPoint { exponent += digits.isEmpty && digit == 0 ? 0 : 1 }
                    if digits.isEmpty, digit == 0 {
                        exponent -= isBehindPoint ? 1 : 0
                    } else {
                        digits.append(byte)
                    }
                }
            default: break
            }
        }
        exponent += isExponentNegative ? -written : written
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        if digits.isEmpty { (isNegative, exponent) = (false, 0) }
    }
}
