import JobManagement
import JobModel
import JobStorage
import Synchronization

/// Keeps all that an observer is told, and lets a test wait for a job to reach a state.
final class Recorder: ChangeObserver {
    private struct State {
        var changes: [CommittedChange] = []
        var positions: [StorePosition] = []
    }

    private let state = Mutex(State())
    private let told: AsyncStream<Void>
    private let teller: AsyncStream<Void>.Continuation

    init() {
        (told, teller) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    var changes: [CommittedChange] { state.withLock { $0.changes } }
    var positions: [StorePosition] { state.withLock { $0.positions } }

    func historyOpened(at position: StorePosition) {
        state.withLock { $0.positions.append(position) }
    }

    func changesCommitted(_ changes: [CommittedChange]) {
        state.withLock { $0.changes.append(contentsOf: changes) }
        teller.yield()
    }

    /// The versions of a job that were told, in their order.
    func versions(of id: JobID) -> [MinimalJob] {
        changes.compactMap { change in
            guard case .live(let job) = change.content, job.id == id else { return nil }
            return job
        }
    }

    func waitUntil(_ id: JobID, is state: JobState) async {
        await waitUntil(id) { $0.state == state }
    }

    func waitUntil(_ id: JobID, _ isReached: (MinimalJob) -> Bool) async {
        if versions(of: id).last.map(isReached) == true { return }
        for await _ in told where versions(of: id).last.map(isReached) == true { return }
    }
}
