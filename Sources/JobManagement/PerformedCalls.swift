import DequeModule

/// The calls of all servers that this one performs or has performed as the leader.
struct PerformedCalls {
    /// How many answered calls are remembered: more than a feed can be behind.
    private static let limit = 100_000

    private var underway: Set<String> = []
    private var answered: Set<String> = []
    private var order: Deque<String> = []

    /// Takes in that a call is about to be performed; false if it is or was already.
    mutating func begin(_ id: String) -> Bool {
        !answered.contains(id) && underway.insert(id).inserted
    }

    /// Takes in that a call was not performed, and may be once more.
    mutating func giveUp(_ id: String) { underway.remove(id) }

    /// Takes in that a call was performed and is going to be answered.
    mutating func finish(_ id: String) {
        underway.remove(id)
        guard answered.insert(id).inserted else { return }
        order.append(id)
        if order.count > Self.limit, let oldest = order.popFirst() { answered.remove(oldest) }
    }

    /// Takes in that a call's answer did not reach the store.
    mutating func reopen(_ id: String) {
        guard answered.remove(id) != nil else { return }
        order.removeAll { $0 == id }
    }

    /// Forgets what is under way, which somebody else is going to perform.
    mutating func forgetUnderway() { underway = [] }
}
