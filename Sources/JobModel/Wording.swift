/// Numbers and moments as people read them: in reports, in reasons, in a terminal.
public enum Wording {
    /// A whole number with a comma before each third digit.
    ///
    /// - Parameter number: Any whole number.
    /// - Returns: Such as `12,345`.
    public static func count(_ number: Int) -> String {
        let digits = Array("\(number.magnitude)")
        var text = number < 0 ? "-" : ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// A whole number and what it counts.
    ///
    /// - Parameters:
    ///   - number: Any whole number.
    ///   - singular: What it counts, if it is 1.
    ///   - plural: The same in the plural; with an s at its end if nil.
    /// - Returns: Such as `1 virus` or `12,345 reads`.
    public static func count(
        _ number: Int,
        _ singular: String,
        _ plural: String? = nil
    ) -> String {
        "\(count(number)) \(number == 1 ? singular : plural ?? singular + "s")"
    }

    /// A number with so many decimals; without any if it is whole then.
    ///
    /// - Parameters:
    ///   - number: Any number, or none.
    ///   - places: How many decimals.
    /// - Returns: Such as `12.5`; empty for none, and for one that is no finite number below 10¹⁵.
    public static func decimal(_ number: Double?, places: Int = 1) -> String {
        guard let number, number.isFinite, abs(number) < 1e15 else { return "" }
        let scale = places == 0 ? 1.0 : (1...places).reduce(1.0) { scale, _ in scale * 10 }
        let scaled = Int((abs(number) * scale).rounded())
        let (whole, rest) = scaled.quotientAndRemainder(dividingBy: Int(scale))
        let sign = number < 0 && scaled > 0 ? "-" : ""
        guard rest > 0 else { return sign + count(whole) }
        let digits = "\(rest)"
        let zeros = String(repeating: "0", count: places - digits.count)
        return "\(sign)\(count(whole)).\(zeros)\(digits)"
    }

    /// A number that may be of parts, and what it counts.
    ///
    /// - Parameters:
    ///   - number: Any number.
    ///   - singular: What it counts, if it is 1; with an s at its end if not.
    /// - Returns: Such as `1 read` or `12.5 reads`.
    public static func decimal(_ number: Double, _ singular: String) -> String {
        "\(decimal(number)) \(singular)\(number == 1 ? "" : "s")"
    }

    /// A share as a percentage, with one decimal, or three where it is less than one.
    ///
    /// - Parameter share: The share, 1 for all, or none.
    /// - Returns: Such as `97.5 %` or `0.014 %`; empty for none, and for one that is no share.
    public static func percent(_ share: Double?) -> String {
        guard let share, share.isFinite else { return "" }
        let value = share * 100
        if value > 0, value < 0.001 { return "< 0.001 %" }
        let text = decimal(value, places: abs(value) < 1 ? 3 : 1)
        return text.isEmpty ? "" : text + " %"
    }

    /// A number that may be very small, with two decimals of its first digit.
    ///
    /// - Parameter number: Any number, or none.
    /// - Returns: Such as `3.16e-120`; empty for none.
    public static func scientific(_ number: Double?) -> String {
        guard let number, number.isFinite else { return "" }
        let parts = "\(number)".split(separator: "e", maxSplits: 1)
        guard parts.count == 2, let first = Double(parts[0]) else {
            return abs(number) >= 0.01 || number == 0
                ? decimal(number, places: 2) : decimal(number, places: 4)
        }
        return "\(decimal(first, places: 2))e\(parts[1])"
    }

    /// A moment of UTC to the minute.
    ///
    /// - Parameter text: The moment as ISO 8601 writes it.
    /// - Returns: Such as `2026-11-30 23:55 UTC`; the text itself if it is no moment.
    public static func moment(_ text: String) -> String {
        let parts = text.split(separator: "T", maxSplits: 1)
        guard parts.count == 2 else { return text }
        return "\(parts[0]) \(parts[1].prefix(5)) UTC"
    }
}
