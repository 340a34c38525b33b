import JobManagement
import JobModel
import JobStorage
import Synchronization

/// Keeps all that an observer is told, and lets a test wait for a job to reach a state.
final class Recorder: ChangeObserver {
    private struct State {
        var changes: [CommittedChange] = []
        var positions: [StorePosition] = []
        /// What a client would hold: the live jobs and where their last change was told.
        var view: [JobID: MinimalJob] = [:]
        /// The highest position that was told, and whether positions ever went back.
        var head = 0
        var snapshots = 0
        var isDisordered = false

        mutating func take(_ change: CommittedChange) {
            if change.seq <= head { isDisordered = true }
            head = change.seq
            switch change.content {
            case .live(let job): view[job.id] = job
            case .gone(let id): view[id] = nil
            }
        }
    }

    private let state = Mutex(State())
    private let told: AsyncStream<Void>
    private let teller: AsyncStream<Void>.Continuation

    init() {
        (told, teller) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    var changes: [CommittedChange] { state.withLock { $0.changes } }
    var positions: [StorePosition] { state.withLock { $0.positions } }

    var view: [JobID: MinimalJob] { state.withLock { $0.view } }
    var isDisordered: Bool { state.withLock { $0.isDisordered } }
    var snapshots: Int { state.withLock { $0.snapshots } }

    func historyOpened(at position: StorePosition) {
        state.withLock { state in
            if let last = state.positions.last, last.epoch != position.epoch {
                state.view = [:]
                state.head = 0
            }
            state.positions.append(position)
        }
    }

    func troublesChanged() {}

    func changesCommitted(_ changes: [CommittedChange]) {
        state.withLock { state in
            state.changes.append(contentsOf: changes)
            for change in changes { state.take(change) }
        }
        teller.yield()
    }

    func snapshotRead(_ snapshot: SnapshotRead) {
        state.withLock { state in
            state.snapshots += 1
            state.view = state.view.filter { snapshot.later.contains($0.key) }
            for change in snapshot.changes {
                if case .live(let job) = change.content { state.view[job.id] = job }
            }
            state.head = snapshot.seq
        }
        teller.yield()
    }

    /// Waits until what was told makes a test content.
    func wait(until isContent: ([JobID: MinimalJob]) -> Bool) async {
        if isContent(view) { return }
        for await _ in told where isContent(view) { return }
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
