import Synchronization

/// A call of `commit` that waits for its answer.
package struct CommitOrder: Sendable {
    package let changes: [JobChange]
    package let settings: [SettingChange]
    /// The term under which the caller leads; nil if the call is good under any.
    package let term: Int?
    package let answer: CheckedContinuation<Result<Int, JobStoreError>, Never>

    package init(
        changes: [JobChange],
        settings: [SettingChange] = [],
        term: Int? = nil,
        answer: CheckedContinuation<Result<Int, JobStoreError>, Never>
    ) {
        self.changes = changes
        self.settings = settings
        self.term = term
        self.answer = answer
    }
}

/// The calls of `commit` that wait, in the order in which they were made.
///
/// Calls that come while a transaction is under way make up the next one together, so that the
/// cost of making it durable, by far the largest, is shared.
package final class CommitQueue: Sendable {
    /// So many changes, and the batch that goes over it, make one transaction.
    private static let groupSize = 1000

    private struct State {
        var waiting: [CommitOrder] = []
        var isBeingEmptied = false
    }

    private let state = Mutex(State())

    package init() {}

    /// Adds a call.
    ///
    /// - Returns: Whether the caller has to see to it that the queue is emptied.
    package func append(_ order: CommitOrder) -> Bool {
        state.withLock { state in
            state.waiting.append(order)
            defer { state.isBeingEmptied = true }
            return !state.isBeingEmptied
        }
    }

    /// Takes the calls of the next transaction; none means that the queue is now empty.
    package func takeGroup() -> [CommitOrder] {
        state.withLock { state in
            var changes = 0
            let count =
                state.waiting.firstIndex { order in
                    defer { changes += order.changes.count + order.settings.count }
                    return changes >= Self.groupSize
                } ?? state.waiting.count
            let group = Array(state.waiting.prefix(count))
            state.waiting.removeFirst(count)
            if group.isEmpty { state.isBeingEmptied = false }
            return group
        }
    }
}
