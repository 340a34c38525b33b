/// How a tool's output tells what share of its work is done.
package enum ToolProgress: Hashable, Sendable {
    /// The first group of a regular expression is a percentage.
    case percentage(pattern: String)
    /// Lines such as `Getting block 3 of 8`; the count may run several times.
    case counter(prefix: String, passes: Int)
    /// Beginnings of lines that come in this order, each ending an equal share.
    case marks([String])
}

/// Reads a tool's progress from line after line; never goes back.
struct ToolProgressReader {
    /// What a line tells.
    struct Told: Hashable {
        /// What share of the work is done; never less than was told before.
        let fraction: Double
        /// What the line says besides: lines of the same remark differ in nothing but progress.
        let remark: String
    }

    private let rule: ToolProgress
    private let pattern: Regex<AnyRegexOutput>?
    private var pass = 0
    private var lastCount = 0
    private var marksSeen = 0
    private var fraction = 0.0

    /// - Precondition: A pattern was checked when the task was read.
    init(_ rule: ToolProgress) {
        self.rule = rule
        pattern =
            switch rule {
            case .percentage(let source): try? Regex(source)
            case .counter, .marks: nil
            }
    }

    /// The new fraction if the line tells one, even if it is the old one.
    mutating func read(_ line: String) -> Told? {
        guard let told = told(by: line) else { return nil }
        fraction = max(fraction, min(max(told.fraction, 0), 1))
        let words = line[told.place].unicodeScalars.filter(\.properties.isAlphabetic)
        let others = (line[..<told.place.lowerBound] + line[told.place.upperBound...])
            .unicodeScalars.filter {
                $0.properties.isAlphabetic || $0.properties.numericType != nil
            }
        return Told(
            fraction: fraction,
            remark: String(String.UnicodeScalarView(others)) + "\n"
                + String(String.UnicodeScalarView(words))
        )
    }

    /// A fraction, and the part of the line that tells it.
    private mutating func told(
        by line: String
    ) -> (fraction: Double, place: Range<String.Index>)? {
        switch rule {
        case .percentage:
            guard let pattern, let match = line.firstMatch(of: pattern), match.count > 1,
                let percent = match[1].substring.flatMap({ Double($0) })
            else { return nil }
            return (percent / 100, match.range)
        case .counter(let prefix, let passes):
            guard line.hasPrefix(prefix) else { return nil }
            let numbers = line.dropFirst(prefix.count).split(separator: " ").compactMap { Int($0) }
            guard numbers.count == 2, numbers[1] > 0 else { return nil }
            if numbers[0] < lastCount { pass = min(pass + 1, passes - 1) }
            lastCount = numbers[0]
            return (
                (Double(pass) + Double(numbers[0]) / Double(numbers[1])) / Double(passes),
                line.startIndex..<line.endIndex
            )
        case .marks(let marks):
            guard let place = marks[marksSeen...].firstIndex(where: { line.hasPrefix($0) }) else {
                return nil
            }
            marksSeen = place + 1
            return (Double(marksSeen) / Double(marks.count), line.startIndex..<line.startIndex)
        }
    }
}
