/// Leaves out of the log what is nothing but progress, or was overwritten on the way.
///
/// Such lines come in thousands, and one a second is enough. The newest of those that
/// were left out comes before whatever is logged next, so that the log shows how far a
/// tool had come when it said something else.
struct LogThinner {
    /// How many different remarks are known; a tool that always says something new is heard.
    private static let knownRemarks = 16

    private var withheld: String?
    private var nextLine = ContinuousClock.now
    private var remarks: [String] = []

    /// Takes in a line that is always logged.
    ///
    /// - Returns: What goes to the log now, in order.
    mutating func log(_ text: String) -> [String] {
        flush() + [text]
    }

    /// Takes in a line that was overwritten.
    ///
    /// - Returns: What goes to the log now.
    mutating func logOverwritten(_ text: String) -> [String] {
        let now = ContinuousClock.now
        guard now >= nextLine else {
            withheld = text
            return []
        }
        nextLine = now + .seconds(1)
        withheld = nil
        return [text]
    }

    /// Takes in a line that tells progress; one with a remark that was never made is always logged.
    ///
    /// - Returns: What goes to the log now, in order.
    mutating func logProgress(_ text: String, remark: String) -> [String] {
        guard !remarks.contains(remark) else { return logOverwritten(text) }
        if remarks.count == Self.knownRemarks { remarks.removeFirst() }
        remarks.append(remark)
        nextLine = ContinuousClock.now + .seconds(1)
        return log(text)
    }

    /// Hands out what was left out last.
    mutating func flush() -> [String] {
        defer { withheld = nil }
        return withheld.map { [$0] } ?? []
    }
}
