import DequeModule
import JobModel
import JobRunning

/// Facts that cannot be learned yet, in order; of a stage's progress only the newest is kept.
struct FactQueue {
    private var facts: Deque<JobFact> = []
    /// How many facts were taken out before the first one.
    private var offset = 0
    /// Where a job's newest fact stands, if it is one of progress.
    private var progress: [JobID: Int] = [:]

    var isEmpty: Bool { facts.isEmpty }

    mutating func append(_ fact: JobFact) {
        guard case .progressed(let stage, _, _) = fact.content else {
            progress[fact.id] = nil
            facts.append(fact)
            return
        }
        if let place = progress[fact.id], place >= offset,
            case .progressed(stage, _, _) = facts[place - offset].content
        {
            facts[place - offset] = fact
        } else {
            progress[fact.id] = offset + facts.count
            facts.append(fact)
        }
    }

    /// Takes the oldest facts out.
    mutating func takeBatch(limit: Int) -> [JobFact] {
        let batch = Array(facts.prefix(limit))
        facts.removeFirst(batch.count)
        offset += batch.count
        if facts.isEmpty { progress = [:] }
        return batch
    }

    /// Puts facts back before all others.
    mutating func putBack(_ batch: [JobFact]) {
        facts.prepend(contentsOf: batch)
        offset -= batch.count
    }
}
