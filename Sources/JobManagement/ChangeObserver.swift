public import JobModel
public import JobStorage

/// A change that the store has committed.
public struct CommittedChange: Hashable, Sendable {
    /// What became of the job.
    public enum Content: Hashable, Sendable {
        /// The job is in the live set, in this form.
        case live(MinimalJob)
        /// The job left the live set: it was removed or archived.
        case gone(JobID)
    }

    /// The change's position in the history.
    public let seq: Int
    /// What became of the job.
    public let content: Content

    /// Makes a record of a change.
    ///
    /// - Parameters:
    ///   - seq: The change's position in the history.
    ///   - content: What became of the job.
    public init(seq: Int, content: Content) {
        self.seq = seq
        self.content = content
    }

    init(_ change: StoredChange) {
        seq = change.seq
        switch change.content {
        case .live(let job): content = .live(SyncProcessor.minimalJob(of: job))
        case .gone(let id): content = .gone(id)
        }
    }
}

/// Hears of every change after it is durable, once and in order.
///
/// Both methods are called by the manager in the order of the history and must return at once.
public protocol ChangeObserver: Sendable {
    /// The history that the next changes belong to, told before any of them.
    ///
    /// - Parameter position: Its epoch and horizon, and where it stood when it was opened.
    func historyOpened(at position: StorePosition)

    /// Changes were committed.
    ///
    /// - Parameter changes: In the order of their positions; the newest of each job counts.
    func changesCommitted(_ changes: [CommittedChange])
}
