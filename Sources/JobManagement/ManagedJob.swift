import JobModel

/// A job that the manager holds in memory: one that has not ended, or whose last change is under way.
struct ManagedJob {
    /// The job with every change that was decided.
    var latest: Job
    /// The job as the store has it; nil until it is there for the first time.
    var committed: Job?
    /// How many changes were decided and are not committed yet.
    var pending = 0
    /// Whether its removal was decided.
    var isRemoved = false
    /// Who waits until the store has the job in this version or a later one.
    var waiters: [(version: Int, ticket: CommitTicket.ID)] = []
}
