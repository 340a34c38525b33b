/// A cell of a table that programs and spreadsheets read.
public enum Cell: Hashable, Sendable {
    /// Nothing is known.
    case empty
    /// Text from anywhere.
    case text(String)
    /// A whole number.
    case integer(Int)
    /// Any number.
    case number(Double)

    /// A number that may not be known.
    init(_ number: Double?) { self = number.map { .number($0) } ?? .empty }

    /// A whole number that may not be known.
    init(_ number: Int?) { self = number.map { .integer($0) } ?? .empty }

    /// As it stands between two tabs.
    ///
    /// A tab, a line's end or any other control character in a text is written as `\t`, `\n`, `\r`, `\xNN` or
    /// `\uNNNN`, and a backslash as `\\`. A text that a spreadsheet could take for a formula, or for the
    /// beginning of a quotation, has an apostrophe before it.
    var field: String {
        switch self {
        case .empty: ""
        case .integer(let number): "\(number)"
        case .number(let number):
            number.isFinite ? Int(exactly: number).map { "\($0)" } ?? "\(number)" : ""
        case .text(let text): Self.guarded(Self.escaped(text))
        }
    }

    /// Spreadsheets take these for the beginning of a formula, also in their full width.
    private static let dangerous: Set<Unicode.Scalar> = [
        "=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}", "\"", "'",
    ]

    private static func guarded(_ text: String) -> String {
        // Blanks before a formula are passed over by some of them, and what is not seen by people who edit it.
        let first = text.unicodeScalars.first {
            !$0.properties.isWhitespace && !$0.properties.isDefaultIgnorableCodePoint
        }
        return first.map(dangerous.contains) == true ? "'" + text : text
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\t": escaped += "\\t"
            case "\n": escaped += "\\n"
            case "\r": escaped += "\\r"
            case "\\": escaped += "\\\\"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": escaped += "\\x" + hex(scalar, 2)
            case "\u{2028}", "\u{2029}", "\u{FEFF}": escaped += "\\u" + hex(scalar, 4)
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static func hex(_ scalar: Unicode.Scalar, _ digits: Int) -> String {
        let text = String(scalar.value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}

/// A table with tabs between its columns.
struct TSV {
    private(set) var text: String

    /// Begins a table with the names of its columns.
    init(_ columns: [String]) {
        text = columns.map { Cell.text($0).field }.joined(separator: "\t") + "\n"
    }

    /// Adds a row of as many cells as there are columns.
    mutating func add(_ row: [Cell]) {
        text += row.map(\.field).joined(separator: "\t") + "\n"
    }
}
