import JobStorage

/// The calls that this server has handed over and that wait for the leader's answers.
struct WaitingCalls {
    typealias Answer = Result<LeaderAnswer, JobManagerError>

    struct Entry {
        let call: LeaderCall
        let deadline: ContinuousClock.Instant
        let continuation: CheckedContinuation<Answer, Never>
        /// Whether the store has it.
        var isSent = false
    }

    private var entries: [String: Entry] = [:]
    var toSend = Outbox<HandedCall>()
    /// Calls whose answers were heard, or whose callers have gone.
    var toClear = Outbox<String>()

    var count: Int { entries.count }

    mutating func add(_ entry: Entry, as id: String) { entries[id] = entry }

    mutating func noteSent(_ ids: [String]) {
        for id in ids { entries[id]?.isSent = true }
    }

    /// Takes out a call that was answered, or cannot be any more.
    mutating func remove(_ id: String) -> Entry? { entries.removeValue(forKey: id) }

    /// Takes out the calls whose time is over.
    mutating func removeExpired(at now: ContinuousClock.Instant) -> [(id: String, entry: Entry)] {
        let expired = entries.filter { $0.value.deadline <= now }
        for id in expired.keys { entries[id] = nil }
        return expired.map { ($0.key, $0.value) }
    }

    /// Takes out the calls that are no longer open, whose answers were missed.
    mutating func removeAnswered(open: Set<String>) -> [Entry] {
        let missed = entries.filter { $0.value.isSent && !open.contains($0.key) }
        for id in missed.keys { entries[id] = nil }
        return Array(missed.values)
    }
}
