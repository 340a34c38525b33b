import JobModel
import JobStorage

/// A client's wish to be told of jobs: a filter and a position in the change log, nothing more.
struct Subscription {
    /// What is peculiar to the first load.
    struct Load {
        /// The versions that the client says it holds.
        var known: [JobID: Int]?
        /// Jobs that the client holds and that are no more.
        var removals: [JobID] = []
    }

    /// Counted from 1 for each connection.
    let number: Int
    let filter: JobFilter
    /// The least time from one frame to the next.
    let interval: Duration
    /// Up to this position the client holds nothing that it must drop.
    let emptyBelow: Int
    /// Everything up to here that the filter admits is with the client.
    var cursor: Int
    /// The first load, until it is complete.
    var load: Load?
    /// When the next frame may be sent.
    var nextFrame: ContinuousClock.Instant
    /// Whether the call that made it is not answered yet.
    var isHeld = true
}
