/// Matches changes that were asked for with the pushes that told of them.
struct ChangeTimes {
    /// So many pushes are remembered, for a push may come before the answer.
    private static let memory = 4096

    private var told: [(seq: Int, moment: ContinuousClock.Instant)] = []
    private var asked: [(seq: Int, moment: ContinuousClock.Instant)] = []

    /// Notes an answer that names the position of its change.
    ///
    /// - Parameters:
    ///   - seq: The position.
    ///   - moment: When the call was sent.
    /// - Returns: How long the push took that told of it, if it has come.
    mutating func asked(_ seq: Int, at moment: ContinuousClock.Instant) -> Duration? {
        guard let last = told.last, last.seq >= seq else {
            asked.append((seq, moment))
            return nil
        }
        guard let push = told.first(where: { $0.seq >= seq }), push.moment >= moment else {
            return nil
        }
        return push.moment - moment
    }

    /// Notes a push.
    ///
    /// - Parameters:
    ///   - seq: Up to where it tells.
    ///   - moment: When it came.
    /// - Returns: How long those changes took to be told that it is the first to tell of.
    mutating func told(upTo seq: Int, at moment: ContinuousClock.Instant) -> [Duration] {
        if told.count >= Self.memory { told.removeFirst(Self.memory / 2) }
        told.append((seq, moment))
        let covered = asked.filter { $0.seq <= seq }
        guard !covered.isEmpty else { return [] }
        asked.removeAll { $0.seq <= seq }
        return covered.map { moment - $0.moment }
    }
}
