import JobModel
import JobStorage
import Synchronization

/// Calls of `job` that wait while a read is under way; they share the next one.
final class LookupQueue: Sendable {
    /// A job that is looked for.
    struct Lookup: Sendable {
        let id: JobID
        let answer: CheckedContinuation<Result<Job?, JobStoreError>, Never>
    }

    private struct State {
        var waiting: [Lookup] = []
        var isBeingEmptied = false
    }

    private let state = Mutex(State())

    /// Adds a call.
    ///
    /// - Returns: Whether the caller has to see to it that the queue is emptied.
    func append(_ lookup: Lookup) -> Bool {
        state.withLock { state in
            state.waiting.append(lookup)
            defer { state.isBeingEmptied = true }
            return !state.isBeingEmptied
        }
    }

    /// Takes the calls of the next read; none means that the queue is now empty.
    func takeAll() -> [Lookup] {
        state.withLock { state in
            defer { state.waiting = [] }
            if state.waiting.isEmpty { state.isBeingEmptied = false }
            return state.waiting
        }
    }
}
