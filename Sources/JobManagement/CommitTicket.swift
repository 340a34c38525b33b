import JobModel

/// A caller that waits until some changes are durable.
struct CommitTicket {
    typealias ID = Int

    /// What became of the changes.
    struct Settlement {
        /// A position by which those that were made are in the history.
        let seq: Int
        /// Jobs that another server has changed first; what is to be done depends on what they are now.
        var changedElsewhere: [JobID] = []
    }

    /// How many changes it still waits for.
    var remaining = 0
    /// The highest position of those that are durable.
    var seq = 0
    var changedElsewhere: [JobID] = []
    var continuation: CheckedContinuation<Result<Settlement, JobManagerError>, Never>?
}
