/// A store that several servers share: each hears what the others commit, and one of them leads.
///
/// The leader alone makes jobs, starts and cancels them; every commit of its own carries the term
/// under which it leads, and counts only while no later term has begun. Plain commits, of any
/// server, only touch jobs that have ended. Positions are one count for all servers.
public protocol SharedJobStore: JobStore {
    /// Begins to hear of whatever is committed from now on, by this server or another.
    ///
    /// Open it before the snapshot is read; then nothing falls between the two.
    ///
    /// - Returns: The feed.
    /// - Throws: `unavailable` if the store does not answer.
    func openFeed() async throws(JobStoreError) -> any StoreFeed

    /// Commits changes of jobs and of settings as the leader, as one, or none of them.
    ///
    /// - Parameters:
    ///   - changes: At most one for each job; a second one is a conflict.
    ///   - settings: Values to save, in their order.
    ///   - term: The term under which the caller leads.
    /// - Returns: The position of the first change; the others follow it one by one.
    /// - Throws: `fenced` if a later term has begun; otherwise as ``JobStore/commit(_:saving:)``.
    func commit(
        _ changes: [JobChange],
        saving settings: [SettingChange],
        term: Int
    ) async throws(JobStoreError) -> Int

    /// Asks to lead, or to go on leading.
    ///
    /// When this returns a new term, no commit under an earlier one can succeed any more.
    ///
    /// - Parameter claim: Who asks, and for how long.
    /// - Returns: Who leads now: the caller, if the lease was free or the caller's own.
    /// - Throws: `unavailable` if that is not known.
    func claimLease(_ claim: LeaseClaim) async throws(JobStoreError) -> Lease

    /// Stops leading, so that another can begin at once.
    ///
    /// - Parameter term: The caller's term; a lease of a later one is left alone.
    /// - Throws: `unavailable` if the store does not answer.
    func releaseLease(term: Int) async throws(JobStoreError)

    /// Leaves calls for the leader, durably and in order; whoever leads hears of them by its feed.
    ///
    /// - Parameter calls: What is wanted.
    /// - Throws: `unavailable` if it is not known whether they were left.
    func handOver(_ calls: [HandedCall]) async throws(JobStoreError)

    /// The calls that nobody has answered or withdrawn, in the order in which they were left.
    ///
    /// - Returns: The calls.
    /// - Throws: `unavailable` if the store does not answer.
    func openCalls() async throws(JobStoreError) -> [HandedCall]

    /// Answers calls; whoever left them hears of it by its feed.
    ///
    /// - Parameter answers: An answer to a call that was withdrawn meanwhile is dropped.
    /// - Throws: `unavailable` if it is not known whether the answers were left.
    func answer(_ answers: [CallAnswer]) async throws(JobStoreError)

    /// Takes calls back, or clears them away once their answers have been heard.
    ///
    /// - Parameter calls: Their ids.
    /// - Throws: `unavailable` if the store does not answer.
    func withdrawCalls(_ calls: [String]) async throws(JobStoreError)

    /// Says that a server is there; the others hear of it by their feeds.
    ///
    /// - Parameter server: Which one, and what it is.
    /// - Throws: `unavailable` if the store does not answer.
    func note(_ server: ServerNote) async throws(JobStoreError)

    /// What every server last said of itself, whether or not it still lives.
    ///
    /// - Returns: One note for each server.
    /// - Throws: `unavailable` if the store does not answer.
    func servers() async throws(JobStoreError) -> [ServerNote]
}

extension SharedJobStore {
    /// Commits changes of jobs as the leader; see ``commit(_:saving:term:)``.
    ///
    /// - Parameters:
    ///   - changes: At most one for each job.
    ///   - term: The term under which the caller leads.
    /// - Returns: The position of the first change.
    /// - Throws: As ``commit(_:saving:term:)``.
    public func commit(_ changes: [JobChange], term: Int) async throws(JobStoreError) -> Int {
        try await commit(changes, saving: [], term: term)
    }
}

/// What is committed, in order.
public protocol StoreFeed: Sendable {
    /// Waits for what comes next.
    ///
    /// - Returns: What came, in order; after about a second of quiet, nothing.
    /// - Throws: `unavailable` once something may have been missed; the feed is then of no more use,
    ///   and its owner opens another one and reads everything anew.
    func next() async throws(JobStoreError) -> [StoreEvent]

    /// Lets go of the connection; no call may follow.
    func close() async
}

/// Something that a server of those who share a store has committed.
public enum StoreEvent: Hashable, Sendable {
    /// Changes of jobs, in the order of their positions; all others up to the given one were told
    /// before, or were overtaken by a later change of the same job.
    case committed([StoredChange], upTo: Int)
    /// A call was left for the leader.
    case called(HandedCall)
    /// A call was answered.
    case answered(CallAnswer)
    /// A setting was saved or forgotten; its value is to be read from the store.
    case saved(name: String)
    /// The lease was taken, released or renewed with another machine.
    case leaseChanged
    /// A server said that it is there.
    case noted(ServerNote)
}
