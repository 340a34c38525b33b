import JobModel
import JobStorage
import Mongo
import Synchronization

/// Makes group after group of changes durable, and finds out what became of those whose answer got
/// lost.
final class Committer: Sendable {
    private let pool: MongoPool
    private let layout: StoreLayout
    private let rememberedRemovals: Int
    /// For how long a group is tried before its callers are told that it did not work.
    private let patience: Duration
    private let queue = CommitQueue()
    /// Where the history stood when it was last seen, so that it need not be read.
    private let known = Mutex<HistoryState?>(nil)
    /// What this store calls itself among those whose commits the history names.
    private let name = String(UInt64.random(in: .min ... .max), radix: 16)
    private let readers = Mutex<[OwnCommits]>([])
    private let commits = Atomic<Int>(0)

    init(pool: MongoPool, layout: StoreLayout, rememberedRemovals: Int, patience: Duration) {
        self.pool = pool
        self.layout = layout
        self.rememberedRemovals = rememberedRemovals
        self.patience = patience
    }

    /// Commits changes together with others that come at the same time.
    func commit(
        _ changes: [JobChange],
        saving settings: [SettingChange],
        term: Int?
    ) async throws(JobStoreError) -> Int {
        let outcome = await withCheckedContinuation { answer in
            let order = CommitOrder(
                changes: changes,
                settings: settings,
                term: term,
                answer: answer
            )
            // Its own task, for it goes on for others when this caller has long been answered.
            if queue.append(order) { Task { await emptyQueue() } }
        }
        return try outcome.get()
    }

    /// Takes note of what another server has committed.
    func noteHistory(_ history: HistoryState) {
        known.withLock { known in
            if let seq = known?.seq, seq > history.seq { return }
            known = history
        }
    }

    /// Has somebody keep what the store commits, until it no longer does.
    func addReader() -> OwnCommits {
        let reader = OwnCommits(of: name)
        readers.withLock { $0.append(reader) }
        return reader
    }

    func removeReader(_ reader: OwnCommits) {
        readers.withLock { $0.removeAll { $0 === reader } }
    }

    private func emptyQueue() async {
        while true {
            // Those who were answered just now may have more to say; together is cheaper.
            await Task.yield()
            let group = queue.takeGroup()
            guard !group.isEmpty else { return }
            let outcomes = await commit(group, until: .now + patience)
            for (order, outcome) in zip(group, outcomes) { order.answer.resume(returning: outcome) }
        }
    }

    // MARK: One group

    private typealias Outcomes = [Result<Int, JobStoreError>]

    private func commit(
        _ group: [CommitOrder],
        until deadline: ContinuousClock.Instant
    ) async -> Outcomes {
        var backoff = Backoff()
        var stragglers = StragglerHunt()
        while true {
            let attempt = CommitAttempt(
                layout: layout,
                group: group,
                id: nextID(),
                readers: readers.withLock { $0 },
                rememberedRemovals: rememberedRemovals,
                deadline: deadline
            )
            switch await run(attempt) {
            case .made(let history, let outcomes):
                known.withLock { $0 = history }
                return outcomes
            case .outdated:
                forgetHistory()
            case .hindered(let error):
                forgetHistory()
                guard ContinuousClock.now < deadline else { return Self.failures(error, group) }
                await stragglers.hindered(by: error, in: pool)
                await backoff.wait()
            case .refused(let error):
                forgetHistory()
                return await commitEach(of: group, until: deadline, after: error)
            case .unknown(let error, let history, let outcomes):
                forgetHistory()
                // The attempt may have used up all its time, and a last question is worth some more.
                let end = max(deadline, .now + .seconds(5))
                guard let wasMade = await wasMade(attempt.id, until: end) else {
                    return Self.failures(error, group)
                }
                if wasMade {
                    noteHistory(history)
                    return outcomes
                }
                // It is certain by now that nothing was done, and nothing will be.
                guard ContinuousClock.now < deadline else { return Self.failures(error, group) }
            }
        }
    }

    private func run(_ attempt: CommitAttempt) async -> CommitAttempt.End {
        let known = known.withLock { $0 }
        do {
            return try await pool.run { (client) throws(MongoError) in
                attempt.run(client, known: known)
            }
        } catch {
            return error.isRetryable ? .hindered(error) : .refused(error)
        }
    }

    /// Makes each call's changes by themselves, for what is refused may be the fault of one call.
    private func commitEach(
        of group: [CommitOrder],
        until deadline: ContinuousClock.Instant,
        after error: MongoError
    ) async -> Outcomes {
        guard group.count > 1 else { return Self.failures(error, group) }
        var outcomes: Outcomes = []
        for order in group { outcomes += await commit([order], until: deadline) }
        return outcomes
    }

    /// Finds out whether a commit was made, and sees to it that it will not be if it was not; nil if
    /// the server cannot be asked.
    private func wasMade(_ id: CommitID, until deadline: ContinuousClock.Instant) async -> Bool? {
        var backoff = Backoff()
        var stragglers = StragglerHunt()
        while true {
            do {
                return try await pool.run { [layout] (client) throws(MongoError) in
                    try client.settle(id, layout)
                }
            } catch {
                guard error.isRetryable, ContinuousClock.now < deadline else { return nil }
                await stragglers.hindered(by: error, in: pool)
                await backoff.wait()
            }
        }
    }

    private func nextID() -> CommitID {
        CommitID(store: name, number: commits.wrappingAdd(1, ordering: .relaxed).newValue)
    }

    private func forgetHistory() {
        known.withLock { $0 = nil }
    }

    private static func failures(_ error: MongoError, _ group: [CommitOrder]) -> Outcomes {
        let failure: JobStoreError =
            error.isOutOfSpace
            ? .notWritten("the disk of the database's server is full") : .unavailable("\(error)")
        return group.map { _ in .failure(failure) }
    }
}
