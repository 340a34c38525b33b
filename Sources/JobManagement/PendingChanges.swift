import DequeModule
import JobModel
import JobRunning
import JobStorage

/// What is to be done once a change is durable.
enum Effect {
    case start(LaunchOrder)
    case adopt(LaunchOrder)
    case cancel(JobID, reason: String)
    case forget(JobID)
    case removeLog(JobID)
    /// End what runs of a job that nobody knows as running, if it was given up.
    case endStray(JobID)
    /// Of these, remove the logs of those that were removed elsewhere; others were archived.
    case removeLogs(ofGone: [JobID])
    /// The same, where an earlier server may have died before it came to that.
    ///
    /// - `epoch`, `seq`: Which history says that they are gone, and how far it has come.
    case removeLeftovers(ofGone: [JobID], epoch: String, seq: Int)
    case sweep(keeping: Set<JobID>)
}

/// A change that was decided and waits to be committed.
struct PendingChange {
    let change: JobChange
    let effect: Effect?
    let ticket: CommitTicket.ID?
    /// What was learned that led to it; it is learned anew if the change is lost.
    let fact: JobFact?
}

/// Changes in the order in which they were decided, taken out in batches.
///
/// A batch holds at most one change of a job, so that every version is committed and
/// told on its own; and none overtakes another, for what a job that ends sets free is
/// what a later decision lets another job start with.
struct PendingChanges {
    private var changes: Deque<PendingChange> = []

    var isEmpty: Bool { changes.isEmpty }

    mutating func append(_ change: PendingChange) { changes.append(change) }

    mutating func removeAll() -> [PendingChange] {
        defer { changes = [] }
        return Array(changes)
    }

    /// Takes out all changes of one job.
    mutating func removeAll(of id: JobID) -> [PendingChange] {
        let removed = changes.filter { $0.change.id == id }
        changes.removeAll { $0.change.id == id }
        return Array(removed)
    }

    /// Puts a batch back that was not committed, before everything else.
    mutating func putBack(_ batch: [PendingChange]) { changes.prepend(contentsOf: batch) }

    /// Takes out the next batch, at a cost that does not grow with what stays.
    mutating func takeBatch(limit: Int) -> [PendingChange] {
        var batch: [PendingChange] = []
        var jobs: Set<JobID> = []
        while batch.count < limit, let next = changes.first, jobs.insert(next.change.id).inserted {
            batch.append(changes.removeFirst())
        }
        return batch
    }
}
