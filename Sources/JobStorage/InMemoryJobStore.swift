public import JSON
public import JobModel
import Synchronization

/// A store that keeps jobs in memory and forgets them with the process; for tests.
///
/// A test makes it fail with ``failNextCommit(_:)``:
///
/// ```swift
/// let store = InMemoryJobStore()
/// store.failNextCommit(.before)   // the next commit throws, nothing is changed
/// store.failNextCommit(.after)    // the next commit throws, yet its changes are made
/// ```
public final class InMemoryJobStore: JobStore {
    /// When a commit fails.
    public enum Failure: Hashable, Sendable {
        /// Before anything is changed.
        case before
        /// When all is changed, so that only the answer is missing.
        case after
        /// Before anything is changed, and the store says so.
        case refused
    }

    fileprivate struct State {
        var epoch: String
        var seq = 0
        var horizon = 0
        var jobs: [JobID: (job: Job, seq: Int)] = [:]
        /// Where in the history each archived or removed job left the live set.
        var gone: [JobID: Int] = [:]
        var settings: [String: JSONValue] = [:]
        var data: [DataKey: DataRecord] = [:]
        var failures: [Failure] = []
    }

    private let state: Mutex<State>
    private let rememberedRemovals: Int

    /// Makes an empty store.
    ///
    /// - Parameters:
    ///   - epoch: The name of the history; a random one if nil.
    ///   - rememberedRemovals: Of how many jobs that were archived or removed it is remembered.
    public init(epoch: String? = nil, rememberedRemovals: Int = 10_000) {
        let epoch = epoch ?? String(UInt64.random(in: .min ... .max), radix: 16)
        state = Mutex(State(epoch: epoch))
        self.rememberedRemovals = rememberedRemovals
    }

    /// Makes the next commit throw; called twice, the next two.
    ///
    /// - Parameter failure: Before or after the changes are made, and what is said of it.
    public func failNextCommit(_ failure: Failure) {
        state.withLock { $0.failures.append(failure) }
    }

    // MARK: - JobStore

    /// Where the history stands.
    public func position() async -> StorePosition {
        state.withLock { StorePosition(epoch: $0.epoch, seq: $0.seq, horizon: $0.horizon) }
    }

    /// The newest change of each job, in the order of their positions.
    public func changes(after position: Int, limit: Int) async -> [StoredChange] {
        state.withLock { state in
            let live = state.jobs.values
                .filter { $0.seq > position && !$0.job.archived }
                .map { StoredChange(seq: $0.seq, content: .live($0.job)) }
            let gone = state.gone
                .filter { $0.value > position }
                .map { StoredChange(seq: $0.value, content: .gone($0.key)) }
            return Array((live + gone).sorted { $0.seq < $1.seq }.prefix(limit))
        }
    }

    /// Commits changes of jobs and of settings as one, or none of them.
    public func commit(
        _ changes: [JobChange],
        saving settings: [SettingChange]
    ) async throws(JobStoreError) -> Int {
        try commitAtOnce(changes, saving: settings)
    }

    func commitAtOnce(
        _ changes: [JobChange],
        saving settings: [SettingChange]
    ) throws(JobStoreError) -> Int {
        let outcome = state.withLock { state -> Result<Int, JobStoreError> in
            let failure = state.failures.isEmpty ? nil : state.failures.removeFirst()
            if failure == .refused { return .failure(.notWritten("made to refuse")) }
            if failure == .before { return .failure(.unavailable("made to fail before")) }
            if let id = state.conflict(in: changes) { return .failure(.conflict(id)) }
            let first = state.seq + 1
            for change in changes { state.apply(change) }
            for setting in settings { state.settings[setting.name] = setting.value }
            state.forgetRemovals(beyond: rememberedRemovals)
            if failure == .after { return .failure(.unavailable("made to fail after")) }
            return .success(first)
        }
        return try outcome.get()
    }

    func saveAtOnce(_ value: JSONValue?, as name: String) {
        state.withLock { $0.settings[name] = value }
    }

    func withData<Value: Sendable>(_ body: (inout [DataKey: DataRecord]) -> Value) -> Value {
        state.withLock { body(&$0.data) }
    }

    /// Names the history anew, as a store does that was restored from a copy.
    ///
    /// - Parameter epoch: The new name.
    public func rename(history epoch: String) {
        state.withLock { $0.epoch = epoch }
    }

    /// One job, archived or not.
    public func job(_ id: JobID) async -> Job? {
        state.withLock { $0.jobs[id]?.job }
    }

    /// Every job in the order of their ids.
    public func jobs(after id: JobID?, limit: Int) async -> [Job] {
        state.withLock { state in
            let jobs = state.jobs.values.map(\.job).filter { job in id.map { job.id > $0 } ?? true }
            return Array(jobs.sorted { $0.id < $1.id }.prefix(limit))
        }
    }

    /// A page of the jobs that match a query.
    public func find(_ query: JobQuery) async -> JobPage {
        let jobs = state.withLock { $0.jobs.values.map(\.job) }
        return query.page(of: jobs.map(SyncProcessor.minimalJob(of:)))
    }

    /// What was saved under a name.
    public func setting(_ name: String) async -> JSONValue? {
        state.withLock { $0.settings[name] }
    }

    /// Saves a value under a name.
    public func save(_ value: JSONValue?, as name: String) async {
        saveAtOnce(value, as: name)
    }

    /// Does nothing.
    public func close() async {}
}

extension InMemoryJobStore.State {
    fileprivate func conflict(in changes: [JobChange]) -> JobID? {
        var seen: Set<JobID> = []
        return changes.first { change in
            guard seen.insert(change.id).inserted else { return true }
            let stored = jobs[change.id]?.job.version
            return switch change {
            case .insert: stored != nil
            case .update(let job): stored != job.version - 1
            case .remove(_, let version): stored != version
            }
        }?.id
    }

    fileprivate mutating func apply(_ change: JobChange) {
        seq += 1
        switch change {
        case .insert(let job), .update(let job):
            jobs[job.id] = (job, seq)
            gone[job.id] = job.archived ? seq : nil
        case .remove(let id, version: _):
            jobs[id] = nil
            gone[id] = seq
        }
    }

    fileprivate mutating func forgetRemovals(beyond count: Int) {
        guard gone.count > count else { return }
        for (id, seq) in gone.sorted(by: { $0.value < $1.value }).prefix(gone.count - count) {
            gone[id] = nil
            horizon = max(horizon, seq)
        }
    }
}

extension JobQuery {
    fileprivate func page(of jobs: [MinimalJob]) -> JobPage {
        func mark(_ job: MinimalJob) -> JobPage.Mark {
            JobPage.Mark(date: sort.date(of: job), id: job.id)
        }
        func precedes(_ left: JobPage.Mark, _ right: JobPage.Mark) -> Bool {
            let (first, second) = sort.isDescending ? (right, left) : (left, right)
            return (first.date, first.id) < (second.date, second.id)
        }
        let found =
            jobs
            .filter { job in filter.admits(job) && after.map { precedes($0, mark(job)) } ?? true }
            .sorted { precedes(mark($0), mark($1)) }
        let page = Array(found.prefix(limit))
        return JobPage(jobs: page, after: found.count > limit ? page.last.map(mark) : nil)
    }
}
