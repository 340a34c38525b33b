import DequeModule
import JobModel
import JobRunning

/// Effects that wait to be performed: those of one job in their order, different jobs' side by side.
///
/// Without that whoever waits for a slow disk or an unwilling process made all others wait as well.
struct EffectLanes {
    /// How many jobs have something done for them at a time.
    static let limit = 64

    /// What has still to be done for each job; one for whom something is done just now is here, perhaps empty.
    private var waiting: [JobID: Deque<Effect>] = [:]
    /// Jobs for whom nothing is being done, in the order in which they came.
    private var ready: Deque<JobID> = []
    private var active = 0

    /// Takes an effect in.
    ///
    /// - Parameters:
    ///   - effect: The effect.
    ///   - id: The job that it concerns.
    mutating func append(_ effect: Effect, of id: JobID) {
        if waiting[id] == nil { ready.append(id) }
        waiting[id, default: []].append(effect)
    }

    /// Takes out an effect that may be performed now, if there is one.
    mutating func begin() -> (id: JobID, effect: Effect)? {
        guard active < Self.limit, let id = ready.popFirst(),
            let effect = waiting[id]?.popFirst()
        else { return nil }
        active += 1
        return (id, effect)
    }

    /// Takes in that the effect of a job was performed that had begun.
    mutating func finish(_ id: JobID) {
        active -= 1
        if waiting[id]?.isEmpty == false { ready.append(id) } else { waiting[id] = nil }
    }
}

extension Effect {
    /// The job that it concerns; nil if that is no single one.
    var job: JobID? {
        switch self {
        case .start(let order), .adopt(let order): order.id
        case .cancel(let id, reason: _), .forget(let id), .removeLog(let id), .endStray(let id):
            id
        case .removeLogs, .removeLeftovers, .sweep: nil
        }
    }
}
