import DequeModule
import JobStorage
import Synchronization

/// What a store has committed itself and one of its feeds has still to tell: kept here, it need not
/// come back from the database.
final class OwnCommits: Sendable {
    private struct State {
        var isKeeping = false
        var commits: Deque<(number: Int, changes: [StoredChange])> = []
        var size = 0
    }

    /// A feed that is so many changes behind has them told by the database again.
    private static let limit = 50_000

    /// What the history knows the store by.
    let store: String
    private let state = Mutex(State())

    init(of store: String) {
        self.store = store
    }

    /// Keeps the store's commits from now on.
    func begin() {
        state.withLock { $0.isKeeping = true }
    }

    /// Forgets all, and keeps no more.
    func end() {
        state.withLock { $0 = State() }
    }

    /// Keeps what is just being committed, if that is wanted; perhaps it will not succeed.
    func keep(_ plan: CommitPlan, of commit: CommitID) {
        guard state.withLock({ $0.isKeeping }) else { return }
        let changes = plan.changes
        state.withLock { state in
            guard state.isKeeping else { return }
            state.commits.append((commit.number, changes))
            state.size += changes.count
            if state.size > Self.limit { state = State() }
        }
    }

    /// Takes out what a commit has changed; those before it did not succeed, or are told by now.
    func take(_ number: Int) -> [StoredChange]? {
        state.withLock { state in
            while let commit = state.commits.first, commit.number <= number {
                state.commits.removeFirst()
                state.size -= commit.changes.count
                if commit.number == number { return commit.changes }
            }
            return nil
        }
    }
}
