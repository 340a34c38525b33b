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
    /// Of these, remove the logs of those that were removed elsewhere; others were archived.
    case removeLogs(ofGone: [JobID])
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
/// A batch holds at most one change of a job, so that every version is
/// committed and told on its own; changes of one job keep their order.
struct PendingChanges {
    /// The changes of each job that has any, oldest first.
    private var changes: [JobID: Deque<PendingChange>] = [:]
    /// The same jobs by the age of their oldest change.
    private var order: Deque<JobID> = []

    var isEmpty: Bool { changes.isEmpty }

    mutating func append(_ change: PendingChange) {
        let id = change.change.id
        if changes[id] == nil { order.append(id) }
        changes[id, default: []].append(change)
    }

    mutating func removeAll() -> [PendingChange] {
        defer { self = PendingChanges() }
        return order.flatMap { changes.removeValue(forKey: $0) ?? [] }
    }

    /// Takes out all changes of one job.
    mutating func removeAll(of id: JobID) -> [PendingChange] {
        guard let removed = changes.removeValue(forKey: id) else { return [] }
        order.removeAll { $0 == id }
        return Array(removed)
    }

    /// Puts a batch back that was not committed, before everything else.
    mutating func putBack(_ batch: [PendingChange]) {
        for change in batch.reversed() {
            let id = change.change.id
            if changes[id] == nil { order.prepend(id) }
            changes[id, default: []].prepend(change)
        }
    }

    /// Takes out the next batch, at a cost that does not grow with what stays.
    mutating func takeBatch(limit: Int) -> [PendingChange] {
        var batch: [PendingChange] = []
        var withMore: [JobID] = []
        while batch.count < limit, let id = order.popFirst() {
            guard let first = changes[id]?.popFirst() else {
                preconditionFailure("only jobs with changes stand in the order")
            }
            batch.append(first)
            if changes[id]?.isEmpty == true {
                changes[id] = nil
            } else {
                withMore.append(id)
            }
        }
        // What they have left is older than what those behind them have.
        order.prepend(contentsOf: withMore)
        return batch
    }
}
