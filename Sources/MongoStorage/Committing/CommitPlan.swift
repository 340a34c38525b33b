import JobModel
import JobStorage

/// What a group of calls makes of the jobs, judged call by call in their order.
///
/// Without knowing what the database holds, a plan assumes that the first change of each job finds
/// the version that it expects; the writes that come of it then check just that.
struct CommitPlan {
    /// What becomes of one job by all changes of the group.
    struct Effect {
        /// The version that the database holds before; nil if it holds no such job.
        let before: Int?
        /// The job in its last form; nil if it was removed in the end.
        var after: Job?
        /// The position of the last change.
        var seq: Int
        /// Whether it is another job by now than the one that was there before.
        var isAnother: Bool
    }

    /// What each call is answered if the plan is carried out: its first position, or why not.
    private(set) var outcomes: [Result<Int, JobStoreError>] = []
    private(set) var effects: [JobID: Effect] = [:]
    /// What is saved, the last value of each name.
    private(set) var settings: [String: SettingChange] = [:]
    /// The position of the last change.
    private(set) var seq: Int

    private let term: Int
    private let stored: [JobID: Int]?

    /// Judges the calls.
    ///
    /// - Parameters:
    ///   - group: The calls.
    ///   - history: Where the history stands before them.
    ///   - stored: The versions in the database of all jobs in question, if they have been read.
    init(_ group: [CommitOrder], after history: HistoryState, stored: [JobID: Int]? = nil) {
        seq = history.seq
        term = history.term
        self.stored = stored
        for order in group { outcomes.append(judge(order)) }
    }

    /// Whether the writes of the plan prove by themselves that it was right.
    var provesItself: Bool {
        let isCertain = outcomes.allSatisfy { (try? $0.get()) != nil }
        return isCertain && changesSomething
            && !effects.values.contains { $0.before == nil && $0.after == nil }
    }

    /// Whether there is anything to write.
    var changesSomething: Bool { !effects.isEmpty || !settings.isEmpty }

    /// Whether it leaves live jobs; otherwise it only archives and removes.
    var isLive: Bool { effects.values.contains { $0.after?.archived == false } }

    /// What a feed tells of it, in the order of the history.
    var changes: [StoredChange] {
        let changes = effects.map { id, effect in
            let live = effect.after.flatMap { $0.archived ? nil : StoredChange.Content.live($0) }
            return StoredChange(seq: effect.seq, content: live ?? .gone(id))
        }
        return changes.sorted { $0.seq < $1.seq }
    }

    private mutating func judge(_ order: CommitOrder) -> Result<Int, JobStoreError> {
        if let term = order.term, term != self.term { return .failure(.fenced) }
        var seen: Set<JobID> = []
        for change in order.changes {
            guard seen.insert(change.id).inserted, holds(change) else {
                return .failure(.conflict(change.id))
            }
        }
        let first = seq + 1
        for change in order.changes { apply(change) }
        for setting in order.settings { settings[setting.name] = setting }
        return .success(first)
    }

    private func holds(_ change: JobChange) -> Bool {
        let version: Int?
        if let effect = effects[change.id] {
            version = effect.after?.version
        } else if let stored {
            version = stored[change.id]
        } else {
            return true
        }
        return version == change.expectedVersion
    }

    private mutating func apply(_ change: JobChange) {
        seq += 1
        let after: Job? =
            switch change {
            case .insert(let job), .update(let job): job
            case .remove: nil
            }
        var effect =
            effects[change.id]
            ?? Effect(before: change.expectedVersion, after: nil, seq: 0, isAnother: false)
        effect.after = after
        effect.seq = seq
        if case .remove = change { effect.isAnother = true }
        effects[change.id] = effect
    }
}

extension JobChange {
    /// The version that must be stored for the change to count; nil if none may be.
    var expectedVersion: Int? {
        switch self {
        case .insert: nil
        case .update(let job): job.version - 1
        case .remove(_, let version): version
        }
    }
}
