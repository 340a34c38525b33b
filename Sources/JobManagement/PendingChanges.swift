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
    case sweep(keeping: Set<JobID>)
}

/// A change that was decided and waits to be committed.
struct PendingChange {
    let change: JobChange
    let effect: Effect?
    let ticket: CommitTicket.ID?
}

/// Changes in the order in which they were decided, taken out in batches.
///
/// A batch holds at most one change of a job, so that every version is
/// committed and told on its own; changes of one job keep their order.
struct PendingChanges {
    private var changes: [PendingChange] = []

    var isEmpty: Bool { changes.isEmpty }

    mutating func append(_ change: PendingChange) {
        changes.append(change)
    }

    mutating func removeAll() -> [PendingChange] {
        defer { changes = [] }
        return changes
    }

    /// Takes out the next batch.
    mutating func takeBatch(limit: Int) -> [PendingChange] {
        var jobs: Set<JobID> = []
        var batch: [PendingChange] = []
        var rest: [PendingChange] = []
        for (index, pending) in changes.enumerated() {
            if batch.count == limit {
                rest.append(contentsOf: changes[index...])
                break
            }
            if jobs.insert(pending.change.id).inserted {
                batch.append(pending)
            } else {
                rest.append(pending)
            }
        }
        changes = rest
        return batch
    }
}
