import JobModel
import JobStorage
import Mongo

/// One transaction that makes the changes of a group of calls; it blocks.
///
/// If what is known of the history proves right, that is one message each for new, changed and
/// removed jobs and for settings, one for the history and one for the commit. The history comes last, so that
/// whoever follows the changes knows with it that all have come.
struct CommitAttempt: Sendable {
    /// How a transaction ended.
    enum End: Sendable {
        /// All is durable, and the history stands here now.
        case made(HistoryState, [Result<Int, JobStoreError>])
        /// Nothing was done, because what was assumed is not so: it is to be read first.
        case outdated
        /// Nothing was done; it may work another time.
        case hindered(MongoError)
        /// Nothing was done, and it will not work.
        case refused(MongoError)
        /// The server did not say whether it was done; if it was, then so.
        case unknown(MongoError, HistoryState, [Result<Int, JobStoreError>])
    }

    let layout: StoreLayout
    let group: [CommitOrder]
    let id: CommitID
    /// Those who keep what the store commits for its feeds.
    let readers: [OwnCommits]
    let rememberedRemovals: Int
    let deadline: ContinuousClock.Instant

    /// Tries once.
    ///
    /// - Parameters:
    ///   - client: A connection.
    ///   - known: Where the history stands, as far as it is known; nil has everything read first.
    /// - Returns: What came of it.
    func run(_ client: borrowing MongoClient, known: HistoryState?) -> End {
        if let known {
            let plan = CommitPlan(group, after: known)
            guard plan.provesItself else { return .outdated }
            return transaction(client) { (session) throws(MongoError) in
                try write(plan, after: known, client, session).map { ($0, plan.outcomes) }
            }
        }
        return transaction(client) { (session) throws(MongoError) in
            let history = try client.history(layout, session: session)
            let stored = try versions(client, session)
            let plan = CommitPlan(group, after: history, stored: stored)
            guard plan.changesSomething else { return (history, plan.outcomes) }
            return try write(plan, after: history, client, session).map { ($0, plan.outcomes) }
        }
    }

    // MARK: Writing

    /// Makes the changes; nil if something was not as the plan expects.
    private func write(
        _ plan: CommitPlan,
        after history: HistoryState,
        _ client: borrowing MongoClient,
        _ session: MongoSession
    ) throws(MongoError) -> HistoryState? {
        let writes = CommitWrites(plan)
        let result = try client.bulkWrite(layout.jobs, writes.jobs, session: session)
        guard writes.allFound(in: result) else { return nil }
        let settings = plan.settings.values.map(SettingDocument.write)
        _ = try client.bulkWrite(layout.own, settings, session: session)
        var next = history
        next.seq = plan.seq
        if !writes.gone.isEmpty {
            let result = try client.bulkWrite(layout.gone, writes.gone, session: session)
            next.gone += result.upserted.count
            try forgetRemovals(&next, client, session)
        }
        let update = next.update(by: id, isLive: plan.isLive)
        let write = MongoWrite.update(history.filter, update)
        let counted = try client.bulkWrite(layout.own, [write], session: session)
        guard counted.matched == 1 else { return nil }
        // Before the commit, for the feed may hear of it sooner than this store.
        for reader in readers { reader.keep(plan, of: id) }
        return next
    }

    /// Forgets the oldest removals, some at a time where many are remembered.
    private func forgetRemovals(
        _ history: inout HistoryState,
        _ client: borrowing MongoClient,
        _ session: MongoSession
    ) throws(MongoError) {
        guard history.gone > rememberedRemovals + rememberedRemovals / 16 else { return }
        let options: BSONDocument = [
            "sort": ["seq": 1], "projection": ["seq": 1],
            "limit": .int64(Int64(history.gone - rememberedRemovals)),
        ]
        var oldest = history.horizon
        try client.find(layout.gone, options: options, session: session) { document in
            oldest = document["seq"]?.countValue ?? oldest
            return true
        }
        let removal = MongoWrite.remove(["seq": ["$lte": .int64(Int64(oldest))]], many: true)
        let result = try client.bulkWrite(layout.gone, [removal], session: session)
        history.horizon = oldest
        history.gone -= result.removed
    }

    // MARK: Reading

    /// The versions of all jobs that the group changes; one that makes no sense is -1, which nobody
    /// expects.
    private func versions(
        _ client: borrowing MongoClient,
        _ session: MongoSession
    ) throws(MongoError) -> [JobID: Int] {
        let ids = Set(group.flatMap { $0.changes.map(\.id.rawValue) })
        guard !ids.isEmpty else { return [:] }
        var versions: [JobID: Int] = [:]
        try client.find(
            layout.jobs,
            ["_id": ["$in": .array(ids.map { .string($0) })]],
            options: ["projection": ["_version": 1]],
            session: session
        ) { document in
            if let id = document["_id"]?.stringValue.flatMap({ JobID($0) }) {
                let version = document["_version"]
                versions[id] = version?.isNull != false ? 0 : version?.countValue ?? -1
            }
            return true
        }
        return versions
    }

    // MARK: Transaction

    /// Runs a body in a transaction and commits what it made.
    private func transaction(
        _ client: borrowing MongoClient,
        _ body: (MongoSession) throws(MongoError) -> (HistoryState, [Result<Int, JobStoreError>])?
    ) -> End {
        do {
            return try client.withSession { (session) throws(MongoError) in
                try session.startTransaction()
                guard let (history, outcomes) = try body(session) else {
                    try? session.abort()
                    return .outdated
                }
                switch session.commit(until: deadline) {
                case .made: return .made(history, outcomes)
                case .failed(let error):
                    return error.isRetryable ? .hindered(error) : .refused(error)
                case .unknown(let error): return .unknown(error, history, outcomes)
                }
            }
        } catch {
            if error.isDuplicateKey { return .outdated }
            return error.isRetryable ? .hindered(error) : .refused(error)
        }
    }
}
