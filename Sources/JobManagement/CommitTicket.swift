/// A caller that waits until some changes are durable.
struct CommitTicket {
    typealias ID = Int

    /// How many changes it still waits for.
    var remaining = 0
    /// The highest position of those that are durable.
    var seq = 0
    var continuation: CheckedContinuation<Result<Int, JobManagerError>, Never>?
}
