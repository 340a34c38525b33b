public import JSON
public import JobModel
import Synchronization

/// One server's handle on a store in memory that several share; for tests.
///
/// A test makes each handle fail on its own: ``failNextCommit(_:)``, ``breakFeeds()``, ``holdFeeds()``,
/// ``holdOutcomes()``, ``freeze()`` and ``sever()``.
public final class InMemorySharedStore: SharedJobStore {
    /// What all handles share.
    public let jobs: InMemoryJobStore
    let room: SharedRoom
    private let faults = Mutex(Faults())
    private let gate = Gate()
    private let answers = Gate()

    private struct Faults {
        var failures: [InMemoryJobStore.Failure] = []
        var isSevered = false
        var feeds: [InMemoryFeed] = []
        var isHoldingFeeds = false
    }

    /// Makes a store that nobody shares yet.
    ///
    /// - Parameters:
    ///   - jobs: Where the jobs are kept.
    ///   - now: The time by which leases run out.
    public init(
        jobs: InMemoryJobStore = InMemoryJobStore(),
        now: @escaping @Sendable () -> ContinuousClock.Instant
    ) {
        self.jobs = jobs
        room = SharedRoom(jobs: jobs, now: now)
    }

    private init(sharing other: InMemorySharedStore) {
        jobs = other.jobs
        room = other.room
    }

    /// Another server's handle on the same store.
    ///
    /// - Returns: A handle that fails on its own.
    public func handle() -> InMemorySharedStore { InMemorySharedStore(sharing: self) }

    // MARK: Faults

    /// Makes this handle's next commit throw `unavailable`; called twice, the next two.
    ///
    /// - Parameter failure: Before or after the changes are made.
    public func failNextCommit(_ failure: InMemoryJobStore.Failure) {
        faults.withLock { $0.failures.append(failure) }
    }

    /// Makes this handle's feeds say that something may have been missed.
    public func breakFeeds() {
        let feeds = faults.withLock { faults in
            defer { faults.feeds = [] }
            return faults.feeds
        }
        for feed in feeds { feed.breakOff() }
    }

    /// Keeps back what this handle's feeds have to tell.
    public func holdFeeds() {
        let feeds = faults.withLock { faults in
            faults.isHoldingFeeds = true
            return faults.feeds
        }
        for feed in feeds { feed.hold(true) }
    }

    /// Lets this handle's feeds tell what was kept back.
    public func releaseFeeds() {
        let feeds = faults.withLock { faults in
            faults.isHoldingFeeds = false
            return faults.feeds
        }
        for feed in feeds { feed.hold(false) }
    }

    /// Keeps back the outcomes of this handle's commits: its feeds tell of them first.
    public func holdOutcomes() { answers.shut() }

    /// Lets commits answer whose outcomes were kept back.
    public func releaseOutcomes() { answers.open() }

    /// Makes all calls of this handle wait, as if its server stood still.
    public func freeze() {
        gate.shut()
        holdFeeds()
    }

    /// Lets the calls go on that wait.
    public func thaw() {
        gate.open()
        releaseFeeds()
    }

    /// Cuts this handle off: every call fails, until it is mended.
    public func sever() {
        faults.withLock { $0.isSevered = true }
        gate.open()
        breakFeeds()
    }

    /// Lets the handle's calls succeed again.
    public func mend() { faults.withLock { $0.isSevered = false } }

    func pass() async throws(JobStoreError) {
        await gate.pass()
        guard !faults.withLock({ $0.isSevered }) else {
            throw .unavailable("the handle was severed")
        }
    }

    // MARK: JobStore

    /// Where the history stands.
    public func position() async throws(JobStoreError) -> StorePosition {
        try await pass()
        return await jobs.position()
    }

    /// The newest change of each job, in the order of their positions.
    public func changes(
        after position: Int,
        limit: Int
    ) async throws(JobStoreError) -> [StoredChange] {
        try await pass()
        return await jobs.changes(after: position, limit: limit)
    }

    /// Commits changes of jobs and of settings as one, or none of them.
    public func commit(
        _ changes: [JobChange],
        saving settings: [SettingChange]
    ) async throws(JobStoreError) -> Int {
        try await commit(changes, saving: settings, under: nil)
    }

    /// One job, archived or not.
    public func job(_ id: JobID) async throws(JobStoreError) -> Job? {
        try await pass()
        return await jobs.job(id)
    }

    /// Every job in the order of their ids.
    public func jobs(after id: JobID?, limit: Int) async throws(JobStoreError) -> [Job] {
        try await pass()
        return await jobs.jobs(after: id, limit: limit)
    }

    /// A page of the jobs that match a query.
    public func find(_ query: JobQuery) async throws(JobStoreError) -> JobPage {
        try await pass()
        return await jobs.find(query)
    }

    /// What was saved under a name.
    public func setting(_ name: String) async throws(JobStoreError) -> JSONValue? {
        try await pass()
        return await jobs.setting(name)
    }

    /// Saves a value under a name.
    public func save(_ value: JSONValue?, as name: String) async throws(JobStoreError) {
        try await pass()
        room.save(value, as: name)
    }

    /// Does nothing.
    public func close() async {}

    // MARK: SharedJobStore

    /// Begins to hear of whatever is committed from now on.
    public func openFeed() async throws(JobStoreError) -> any StoreFeed {
        try await pass()
        let feed = room.openFeed()
        let isHolding = faults.withLock { faults in
            faults.feeds.append(feed)
            return faults.isHoldingFeeds
        }
        if isHolding { feed.hold(true) }
        return feed
    }

    /// Commits changes of jobs and of settings as the leader, as one, or none of them.
    public func commit(
        _ changes: [JobChange],
        saving settings: [SettingChange],
        term: Int
    ) async throws(JobStoreError) -> Int {
        try await commit(changes, saving: settings, under: term)
    }

    private func commit(
        _ changes: [JobChange],
        saving settings: [SettingChange],
        under term: Int?
    ) async throws(JobStoreError) -> Int {
        try await pass()
        let failure = faults.withLock { faults in
            faults.failures.isEmpty ? nil : faults.failures.removeFirst()
        }
        if failure == .refused { throw .notWritten("made to refuse") }
        if failure == .before { throw .unavailable("made to fail before") }
        let first = try room.commit(changes, saving: settings, term: term)
        await answers.pass()
        if failure == .after { throw .unavailable("made to fail after") }
        return first
    }

    /// Asks to lead, or to go on leading.
    public func claimLease(_ claim: LeaseClaim) async throws(JobStoreError) -> Lease {
        try await pass()
        return room.claim(claim)
    }

    /// Stops leading, so that another can begin at once.
    public func releaseLease(term: Int) async throws(JobStoreError) {
        try await pass()
        room.release(term: term)
    }

    /// Leaves calls for the leader.
    public func handOver(_ calls: [HandedCall]) async throws(JobStoreError) {
        try await pass()
        room.handOver(calls)
    }

    /// The calls that nobody has answered or withdrawn.
    public func openCalls() async throws(JobStoreError) -> [HandedCall] {
        try await pass()
        return room.openCalls
    }

    /// Answers calls.
    public func answer(_ answers: [CallAnswer]) async throws(JobStoreError) {
        try await pass()
        room.answer(answers)
    }

    /// Takes calls back, or clears them away.
    public func withdrawCalls(_ calls: [String]) async throws(JobStoreError) {
        try await pass()
        room.withdraw(calls)
    }

    /// Says that a server is there.
    public func note(_ server: ServerNote) async throws(JobStoreError) {
        try await pass()
        room.note(server)
    }

    /// What every server last said of itself.
    public func servers() async throws(JobStoreError) -> [ServerNote] {
        try await pass()
        return room.servers
    }
}

/// A door that calls wait at while it is shut.
private final class Gate: Sendable {
    private struct State {
        var isShut = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func shut() { state.withLock { $0.isShut = true } }

    func open() {
        let waiting = state.withLock { state in
            defer { state = State() }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if state.isShut { state.waiting.append(continuation) }
                return !state.isShut
            }
            if isOpen { continuation.resume() }
        }
    }
}
