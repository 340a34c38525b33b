import JobModel
import JobRunning

/// Which jobs wait on this machine for what it lacks to keep what they make: their logs, outputs and ends.
struct KeepingTrouble {
    private struct Wait {
        let cause: String
        let since: Timestamp
    }

    private var waits: [JobID: Wait] = [:]

    /// Takes in what was learned of a job.
    ///
    /// - Returns: Whether there is something else to tell than before.
    mutating func take(_ fact: JobFact) -> Bool {
        let before = trouble
        switch fact.content {
        case .waits(let cause?):
            waits[fact.id] = Wait(cause: cause, since: waits[fact.id]?.since ?? fact.date)
        case .waits(nil), .ended, .notStarted: waits[fact.id] = nil
        case .stageBegan, .progressed: return false
        }
        return trouble != before
    }

    /// What people are to be told; nil while no job waits.
    var trouble: ServerTrouble? {
        let first = waits.min { ($0.value.since, $0.key) < ($1.value.since, $1.key) }
        guard let (id, wait) = first else { return nil }
        let others = waits.count == 1 ? "" : " (and \(waits.count - 1) more)"
        return ServerTrouble(
            kind: .keeping,
            cause: "job \(id)\(others) waits: \(wait.cause)",
            since: wait.since
        )
    }
}
