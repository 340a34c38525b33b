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

/// All that lives, read anew because it was forgotten what has gone since the last change that was told.
public struct SnapshotRead: Hashable, Sendable {
    /// The position at which it was read.
    public let seq: Int
    /// The newest change of each job up to there, in the order of their positions; a job that was
    /// told before and is neither here nor among the later ones has gone.
    public let changes: [CommittedChange]
    /// Jobs that have changed behind the position, which will be told as changes.
    public let later: Set<JobID>

    /// Makes a record.
    ///
    /// - Parameters:
    ///   - seq: The position at which it was read.
    ///   - changes: The newest change of each job up to there.
    ///   - later: Jobs that have changed behind the position.
    public init(seq: Int, changes: [CommittedChange], later: Set<JobID> = []) {
        self.seq = seq
        self.changes = changes
        self.later = later
    }
}

/// Hears of every change after it is durable, once and in order.
///
/// All methods are called by the manager in the order of the history and must return at once.
public protocol ChangeObserver: Sendable {
    /// The history that the next changes belong to, told before any of them.
    ///
    /// Another epoch than before means that all that was told counts no more.
    ///
    /// - Parameter position: Its epoch and horizon, and where it stood when it was opened.
    func historyOpened(at position: StorePosition)

    /// Changes were committed.
    ///
    /// - Parameter changes: In the order of their positions; the newest of each job counts.
    func changesCommitted(_ changes: [CommittedChange])

    /// Everything was read anew; what was told before and is not in it has gone.
    ///
    /// - Parameter snapshot: All that lives.
    func snapshotRead(_ snapshot: SnapshotRead)

    /// What the manager says of its troubles is another than before.
    func troublesChanged()

    /// A task's limit or what jobs may use was changed, and that is durable.
    func settingsChanged()
}

extension ChangeObserver {
    /// Does nothing.
    public func settingsChanged() {}
}
