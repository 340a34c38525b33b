/// Numbers as people read them.
enum Figures {
    /// A whole number with a comma before each third digit.
    static func count(_ number: Int) -> String {
        let digits = Array("\(number.magnitude)")
        var text = number < 0 ? "-" : ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// A number and what it counts.
    static func count(_ number: Int, _ singular: String, _ plural: String? = nil) -> String {
        "\(count(number)) \(number == 1 ? singular : plural ?? singular + "s")"
    }

    /// A number with so many decimals; without any if it is whole.
    static func decimal(_ number: Double?, places: Int = 1) -> String {
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

    /// A share as a percentage; more decimals where it is small.
    static func percent(_ share: Double?) -> String {
        guard let share, share.isFinite else { return "" }
        let value = share * 100
        if value > 0, value < 0.001 { return "< 0.001 %" }
        return decimal(value, places: abs(value) < 1 ? 3 : 1) + " %"
    }

    /// A number that may be very small, with two decimals of its first digit.
    static func scientific(_ number: Double?) -> String {
        guard let number, number.isFinite else { return "" }
        let parts = "\(number)".split(separator: "e", maxSplits: 1)
        guard parts.count == 2, let first = Double(parts[0]) else {
            return abs(number) >= 0.01 || number == 0
                ? decimal(number, places: 2) : decimal(number, places: 4)
        }
        return "\(decimal(first, places: 2))e\(parts[1])"
    }

    /// A moment of UTC to the minute.
    static func moment(_ text: String) -> String {
        let parts = text.split(separator: "T", maxSplits: 1)
        guard parts.count == 2 else { return text }
        return "\(parts[0]) \(parts[1].prefix(5)) UTC"
    }
}
