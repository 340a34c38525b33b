public import JSON
public import JobModel
public import JobStorage
public import Logging
import Mongo
import Synchronization

/// Keeps jobs in a MongoDB replica set, where several servers can share them.
///
/// Every write is on the disks of a majority before it is answered. Calls of `commit` that come
/// while a transaction is under way share the next one.
public final class MongoJobStore: SharedJobStore {
    /// For how long what can safely be done twice is tried; an election takes less.
    private static let patience: Duration = .seconds(10)

    private let pool: MongoPool
    let layout: StoreLayout
    private let committer: Committer
    /// Pages of history, for which those who look for one thing don't wait.
    let pages = ReadTurns(2)
    let reader: JobReader
    /// Orders the calls that are left within one millisecond.
    private let leftCalls = Atomic<Int>(0)

    private init(
        pool: MongoPool,
        layout: StoreLayout,
        rememberedRemovals: Int,
        commitPatience: Duration,
        unreadable: SetAsideList
    ) {
        self.pool = pool
        self.layout = layout
        reader = JobReader(layout: layout, unreadable: unreadable)
        committer = Committer(
            pool: pool,
            layout: layout,
            rememberedRemovals: rememberedRemovals,
            patience: commitPatience
        )
    }

    /// Opens a database, and makes in it what is missing; jobs that other programs wrote are numbered.
    ///
    /// - Parameters:
    ///   - uri: Where it is, and how to log in: `mongodb://…/database?…`; `jobsync` if it names none.
    ///   - rememberedRemovals: Of how many jobs that were archived or removed it is remembered.
    ///   - logger: Hears of documents that cannot be read, and of lost connections.
    /// - Returns: The store.
    /// - Throws: Why not, without the password.
    public static func open(
        _ uri: String,
        rememberedRemovals: Int = 10_000,
        logger: Logger
    ) async throws(MongoStoreError) -> MongoJobStore {
        try await open(
            uri,
            rememberedRemovals: rememberedRemovals,
            commitPatience: .seconds(20),
            logger: logger
        )
    }

    /// Opens a database, with another patience than the usual one.
    package static func open(
        _ uri: String,
        rememberedRemovals: Int,
        commitPatience: Duration,
        logger: Logger
    ) async throws(MongoStoreError) -> MongoJobStore {
        let pool: MongoPool
        let layout: StoreLayout
        do {
            let uri = try MongoURI(uri)
            layout = StoreLayout(database: uri.database ?? "jobsync")
            // One commits, one renews the lease, two read pages; the others are for those who look for
            // one thing, such as a job that may be there already.
            pool = try MongoPool(uri, width: 6, name: "store", logger: logger)
        } catch {
            throw .invalidURI(error.message)
        }
        let unreadable = SetAsideList(logger)
        do {
            let opening = StoreOpening(pool: pool, layout: layout, unreadable: unreadable)
            try await opening.run(logger)
        } catch {
            await pool.close()
            throw error
        }
        return MongoJobStore(
            pool: pool,
            layout: layout,
            rememberedRemovals: rememberedRemovals,
            commitPatience: commitPatience,
            unreadable: unreadable
        )
    }

    // MARK: - JobStore

    /// Where the history stands.
    public func position() async throws(JobStoreError) -> StorePosition {
        try await ask { [layout] (client) throws(MongoError) in
            try client.history(layout).position
        }
    }

    /// The newest change of each job, in the order of their positions.
    public func changes(
        after position: Int,
        limit: Int
    ) async throws(JobStoreError) -> [StoredChange] {
        try await ask { [reader] (client) throws(MongoError) in
            try reader.changes(after: position, limit: limit, client)
        }
    }

    /// Commits changes of jobs and of settings as one, or none of them.
    public func commit(
        _ changes: [JobChange],
        saving settings: [SettingChange]
    ) async throws(JobStoreError) -> Int {
        try await committer.commit(changes, saving: settings, term: nil)
    }

    /// One job, archived or not.
    public func job(_ id: JobID) async throws(JobStoreError) -> Job? {
        let found = try await ask { [reader] (client) throws(MongoError) in
            try reader.job(id, client)
        }
        do {
            return try found?.get()
        } catch {
            throw .unavailable("\(error)")
        }
    }

    /// Every job in the order of their ids.
    public func jobs(after id: JobID?, limit: Int) async throws(JobStoreError) -> [Job] {
        try await ask { [reader] (client) throws(MongoError) in
            try reader.jobs(after: id, limit: limit, client)
        }
    }

    /// A page of the jobs that match a query.
    public func find(_ query: JobQuery) async throws(JobStoreError) -> JobPage {
        try await pages.run { () throws(JobStoreError) in
            try await ask { [reader] (client) throws(MongoError) in try reader.page(query, client) }
        }
    }

    /// What was saved under a name.
    public func setting(_ name: String) async throws(JobStoreError) -> JSONValue? {
        let document = try await ask { [layout] (client) throws(MongoError) in
            try client.findOne(layout.own, ["_id": SettingDocument.id(name)])
        }
        do {
            return try document?.held("value")
        } catch {
            reader.unreadable.add(SetAside(.setting, name, because: "\(error)"))
            return nil
        }
    }

    /// What could not be read so far.
    public var setAside: [SetAside] { reader.unreadable.all }

    /// Saves a value under a name, durably.
    public func save(_ value: JSONValue?, as name: String) async throws(JobStoreError) {
        let change = SettingChange(name, to: value)
        try await write([SettingDocument.write(change)], to: layout.own)
    }

    /// Closes the connections once what was asked has been done; feeds are closed by their owners.
    public func close() async {
        await pool.close()
    }

    // MARK: - SharedJobStore

    /// Begins to hear of whatever is committed from now on.
    public func openFeed() async throws(JobStoreError) -> any StoreFeed {
        do {
            return try await MongoFeed.open(
                pool: pool,
                layout: layout,
                committer: committer,
                unreadable: reader.unreadable
            )
        } catch {
            throw .unavailable("\(error)")
        }
    }

    /// Commits changes of jobs and of settings as the leader, as one, or none of them.
    public func commit(
        _ changes: [JobChange],
        saving settings: [SettingChange],
        term: Int
    ) async throws(JobStoreError) -> Int {
        try await committer.commit(changes, saving: settings, term: term)
    }

    /// Asks to lead, or to go on leading.
    public func claimLease(_ claim: LeaseClaim) async throws(JobStoreError) -> Lease {
        let deadline = ContinuousClock.now + Self.patience
        var backoff = Backoff()
        while true {
            let lease = try await ask { [layout] (client) throws(MongoError) in
                try client.claimLease(claim, layout, until: deadline)
            }
            if let lease { return lease }
            guard ContinuousClock.now < deadline else {
                throw .unavailable("the lease changed hands again and again")
            }
            await backoff.wait()
        }
    }

    /// Stops leading, so that another can begin at once.
    public func releaseLease(term: Int) async throws(JobStoreError) {
        let filter: BSONDocument = ["_id": "lease", "term": .int64(Int64(term))]
        try await write([.update(filter, LeaseDocument.release)], to: layout.own)
    }

    /// Leaves calls for the leader, durably and in order.
    public func handOver(_ calls: [HandedCall]) async throws(JobStoreError) {
        let last = leftCalls.wrappingAdd(calls.count, ordering: .relaxed).newValue
        let writes = calls.enumerated().map { index, call in
            CallDocument.leave(call, number: last - calls.count + 1 + index)
        }
        try await write(writes, to: layout.calls)
    }

    /// The calls that nobody has answered or withdrawn, in the order in which they were left.
    public func openCalls() async throws(JobStoreError) -> [HandedCall] {
        try await ask { [layout] (client) throws(MongoError) in
            try client.find(
                layout.calls,
                ["answer": ["$exists": false]],
                options: ["sort": ["at": 1, "n": 1]]
            ).compactMap(CallDocument.call)
        }
    }

    /// Answers calls.
    public func answer(_ answers: [CallAnswer]) async throws(JobStoreError) {
        try await write(answers.map(CallDocument.answer), to: layout.calls)
    }

    /// Takes calls back, or clears them away once their answers have been heard.
    public func withdrawCalls(_ calls: [String]) async throws(JobStoreError) {
        guard !calls.isEmpty else { return }
        let ids = BSONValue.array(calls.map { .string($0) })
        try await write([.remove(["_id": ["$in": ids]], many: true)], to: layout.calls)
    }

    /// Says that a server is there.
    public func note(_ server: ServerNote) async throws(JobStoreError) {
        try await write([ServerNoteDocument.write(server)], to: layout.own)
    }

    /// What every server last said of itself.
    public func servers() async throws(JobStoreError) -> [ServerNote] {
        try await ask { [layout] (client) throws(MongoError) in
            try client.find(layout.own, ServerNoteDocument.filter)
                .compactMap(ServerNoteDocument.note)
        }
    }

    // MARK: - Connections

    /// Writes what may be written twice.
    func write(
        _ writes: [MongoWrite],
        to namespace: MongoNamespace
    ) async throws(JobStoreError) {
        try await ask { (client) throws(MongoError) in
            _ = try client.bulkWrite(namespace, writes)
        }
    }

    /// Asks what may be asked twice, again and again while there is hope.
    func ask<Value: Sendable>(
        _ body: @escaping @Sendable (borrowing MongoClient) throws(MongoError) -> Value
    ) async throws(JobStoreError) -> Value {
        let deadline = ContinuousClock.now + Self.patience
        var backoff = Backoff()
        var stragglers = StragglerHunt()
        while true {
            do {
                return try await pool.run(body)
            } catch {
                let hasHope = error.isRetryable || error.isDuplicateKey
                guard hasHope, ContinuousClock.now < deadline else {
                    throw .unavailable("\(error)")
                }
                await stragglers.hindered(by: error, in: pool)
                await backoff.wait()
            }
        }
    }
}
