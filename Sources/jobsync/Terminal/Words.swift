import Foundation
import JSON
import JobModel

/// How things are said to people in a terminal; numbers that are not of it alone words `Wording`.
enum Words {
    /// A length of time in its two largest units: `3 m 05 s`; below ten seconds with a decimal.
    static func duration(_ duration: Duration) -> String {
        let seconds = max(0, Int(duration.components.seconds))
        switch seconds {
        case 0..<10:
            let tenths = max(0, Int(duration / .milliseconds(100)))
            return "\(tenths / 10).\(tenths % 10) s"
        case 0..<60: return "\(seconds) s"
        case 60..<3600: return "\(seconds / 60) m \(twoDigits(seconds % 60)) s"
        case 3600..<86_400: return "\(seconds / 3600) h \(twoDigits(seconds / 60 % 60)) m"
        default: return "\(seconds / 86_400) d \(twoDigits(seconds / 3600 % 24)) h"
        }
    }

    /// A length of time in a narrow column: `3m05s`.
    static func shortDuration(_ duration: Duration) -> String {
        duration < .seconds(10)
            ? "\(max(0, duration.components.seconds))s"
            : Self.duration(duration).filter { $0 != " " }
    }

    /// A moment on the clock of this machine.
    static func date(_ moment: Timestamp) -> String {
        var seconds = time_t(moment.microseconds / 1_000_000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        let date = [Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday)]
        let time = [parts.tm_hour, parts.tm_min, parts.tm_sec]
        return date.map { twoDigits($0) }.joined(separator: "-") + " "
            + time.map { twoDigits(Int($0)) }.joined(separator: ":")
    }

    /// How far something is, in a narrow column: `33%`.
    static func percent(_ share: Double) -> String {
        Int(exactly: (share * 100).rounded()).map { "\($0)%" } ?? ""
    }

    /// A number of bytes.
    static func bytes(_ count: Int) -> String {
        var value = Double(count)
        for unit in ["B", "KB", "MB", "GB"] {
            if value < 1000 || unit == "GB" {
                return unit == "B" ? "\(count) B" : String(format: "%.1f %@", value, unit)
            }
            value /= 1024
        }
        return "\(count) B"
    }

    /// A JSON value over several lines.
    static func pretty(_ value: JSONValue, indent: String = "") -> String {
        let inner = indent + "  "
        switch value {
        case .array(let elements) where elements.contains(where: \.isNested):
            let lines = elements.map { inner + pretty($0, indent: inner) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let members) where !members.isEmpty:
            let lines = members.map { name, value in
                "\(inner)\(JSONValue.string(name)): \(pretty(value, indent: inner))"
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        default: return value.description
        }
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}

extension JSONValue {
    fileprivate var isNested: Bool {
        switch self {
        case .array, .object: true
        default: false
        }
    }
}
