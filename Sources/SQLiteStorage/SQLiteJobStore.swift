import GRDB
public import JSON
public import JobModel
public import JobStorage
public import Logging
import Synchronization
import Threads

/// Keeps jobs in one SQLite file, with every commit on disk before it is answered.
///
/// One connection writes; calls of ``commit(_:)`` that come while it is busy share the next
/// transaction. Others read, each from a snapshot, and wait for nobody.
public final class SQLiteJobStore: JobStore {
    private let pool: DatabasePool
    private let lock: StoreLock
    private let queue = CommitQueue()
    private let lookups = LookupQueue()
    private let rememberedRemovals: Int
    /// Pages of history; others than those who look for one thing wait for them.
    let pages = ReadTurns(pageReaders)
    private static let pageReaders = 2
    let unreadable: SetAsideList
    private let mark: HighWaterMark?
    /// Where the connections are used; GRDB's own threads come and go, and where the machine has none to give,
    /// libdispatch holds up whoever asks.
    private let writer = BlockingPool(threads: 1, name: "store writer")
    private let readers = BlockingPool(threads: 2 * pageReaders, name: "store reader")
    private let reads = Atomic(0)

    private init(
        pool: DatabasePool,
        mark: HighWaterMark?,
        lock: StoreLock,
        rememberedRemovals: Int,
        unreadable: SetAsideList
    ) {
        self.pool = pool
        self.mark = mark
        self.lock = lock
        self.rememberedRemovals = rememberedRemovals
        self.unreadable = unreadable
    }

    /// Opens a store's file, or makes it, readable by its owner only.
    ///
    /// - Parameters:
    ///   - path: The file; its folder must be there.
    ///   - rememberedRemovals: Of how many jobs that were archived or removed it is remembered.
    ///   - logger: Hears of documents that cannot be read.
    /// - Returns: The store, which holds a lock beside the file until it is closed.
    /// - Throws: Why not; a file that was there is then as it was, byte for byte.
    @concurrent
    public static func open(
        at path: String,
        rememberedRemovals: Int = 10_000,
        logger: Logger = Logger(label: "jobsync.store")
    ) async throws(SQLiteStoreError) -> SQLiteJobStore {
        let lock = try StoreLock(besides: path)
        do {
            let file = StoreFile(path: path)
            let identity = try file.prepare()
            let unreadable = SetAsideList(logger)
            let (pool, mark) = try openPool(of: file, identity, unreadable, logger)
            return SQLiteJobStore(
                pool: pool,
                mark: mark,
                lock: lock,
                rememberedRemovals: rememberedRemovals,
                unreadable: unreadable
            )
        } catch {
            lock.release()
            throw error
        }
    }

    /// Does something to a data folder that must not be done while a server uses it.
    ///
    /// - Parameters:
    ///   - path: The file of the folder's store; there may be none yet.
    ///   - body: What is to be done.
    /// - Returns: What the body returns.
    /// - Throws: `inUse` while a store is open there.
    public static func whileClosed<Value>(
        at path: String,
        _ body: () -> Value
    ) throws(SQLiteStoreError) -> Value {
        let lock = try StoreLock(besides: path)
        defer { lock.release() }
        return body()
    }

    private static func openPool(
        of file: StoreFile,
        _ identity: StoreFile.Identity,
        _ unreadable: SetAsideList,
        _ logger: Logger
    ) throws(SQLiteStoreError) -> (DatabasePool, HighWaterMark?) {
        var configuration = Configuration()
        configuration.label = "jobsync.store"
        // As many again for those who look for one thing, such as a job that may be there already.
        configuration.maximumReaderCount = 2 * pageReaders
        // Only somebody's sqlite3 shell can hold a lock; it has this long to finish.
        configuration.busyMode = .timeout(5)
        do {
            let pool = try DatabasePool(path: file.path, configuration: configuration)
            try file.isStill(identity)
            try StoreSchema.migrator.migrate(pool)
            // GRDB sets NORMAL when it opens a pool, whatever was set before; with it a commit
            // could be lost with the power. So this must come last.
            let mark = try pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = FULL")
                try db.execute(sql: "PRAGMA journal_size_limit = 16777216")
                return try HighWaterMark.check(file.path, db, unreadable, logger)
            }
            return (pool, mark)
        } catch let error as SQLiteStoreError {
            throw error
        } catch {
            throw file.storeError(error)
        }
    }

    // MARK: - JobStore

    /// Where the history stands.
    public func position() async throws(JobStoreError) -> StorePosition {
        try await read { try $0.position() }
    }

    /// The newest change of each job, in the order of their positions.
    public func changes(
        after position: Int,
        limit: Int
    ) async throws(JobStoreError) -> [StoredChange] {
        try await read { try $0.changes(after: position, limit: limit) }
    }

    /// Commits changes of jobs and of settings as one, or none of them.
    public func commit(
        _ changes: [JobChange],
        saving settings: [SettingChange]
    ) async throws(JobStoreError) -> Int {
        let outcome = await withCheckedContinuation { answer in
            let order = CommitOrder(changes: changes, settings: settings, answer: answer)
            if queue.append(order) { emptyQueue() }
        }
        return try outcome.get()
    }

    /// One job, archived or not.
    public func job(_ id: JobID) async throws(JobStoreError) -> Job? {
        let outcome = await withCheckedContinuation { answer in
            if lookups.append(LookupQueue.Lookup(id: id, answer: answer)) { emptyLookups() }
        }
        return try outcome.get()
    }

    /// Every job in the order of their ids.
    public func jobs(after id: JobID?, limit: Int) async throws(JobStoreError) -> [Job] {
        try await read { try $0.jobs(after: id, limit: limit) }
    }

    /// A page of the jobs that match a query.
    public func find(_ query: JobQuery) async throws(JobStoreError) -> JobPage {
        try await pages.run { () throws(JobStoreError) in
            try await read { try $0.find(query) }
        }
    }

    /// What was saved under a name.
    public func setting(_ name: String) async throws(JobStoreError) -> JSONValue? {
        try await read { [unreadable] reader in
            let sql = "SELECT value FROM settings WHERE name = ?"
            let text = try String.fetchOne(reader.db, sql: sql, arguments: [name])
            do throws(JSONParseError) {
                return try text.map { text throws(JSONParseError) in
                    try JSONValue(parsing: text, maximumDepth: JobReader.maximumDepth)
                }
            } catch {
                unreadable.add(SetAside(.setting, name, because: "\(error)"))
                return nil
            }
        }
    }

    /// Saves a value under a name, durably.
    public func save(_ value: JSONValue?, as name: String) async throws(JobStoreError) {
        try await write { db in try SettingChange(name, to: value).write(to: db) }
    }

    /// What could not be read so far.
    public var setAside: [SetAside] { unreadable.all }

    /// Closes the file and gives its lock back.
    public func close() async {
        // Its turn comes when all that was asked before is done.
        await readers.finish()
        await writer.finish()
        try? pool.close()
        emptyLog()
        mark?.close()
        lock.release()
    }

    /// Leaves all in the one file, which people may copy then.
    ///
    /// The last connection to go does that, if it may write; of a pool's it is one that may only read.
    private func emptyLog() {
        var configuration = Configuration()
        configuration.label = "jobsync.close"
        // Where that fails, the next who opens the file does it.
        guard let last = try? DatabaseQueue(path: pool.path, configuration: configuration) else {
            return
        }
        _ = try? last.inDatabase { try Int.fetchOne($0, sql: "PRAGMA user_version") }
        try? last.close()
    }

    // MARK: - Connections

    /// Commits the waiting calls, group after group; between two groups others get the writer.
    private func emptyQueue() {
        writer.start(in: "") { [self] in
            let group = queue.takeGroup()
            guard !group.isEmpty else { return }
            let outcomes = pool.writeWithoutTransaction { commit(group, in: $0) }
            // What came meanwhile is on its way before anybody acts on the answers.
            emptyQueue()
            for (order, outcome) in zip(group, outcomes) { order.answer.resume(returning: outcome) }
        }
    }

    private func commit(
        _ group: [CommitOrder],
        in db: Database
    ) -> [Result<Int, JobStoreError>] {
        var outcomes: [Result<Int, JobStoreError>] = []
        var reached: Int?
        do {
            try db.inTransaction(.immediate) {
                var writer = try JobWriter(db)
                let start = writer.nextSeq
                var hasSettings = false
                for order in group {
                    if let id = try writer.conflict(in: order.changes) {
                        outcomes.append(.failure(.conflict(id)))
                    } else {
                        outcomes.append(.success(writer.nextSeq))
                        try writer.apply(order.changes)
                        for setting in order.settings { try setting.write(to: db) }
                        hasSettings = hasSettings || !order.settings.isEmpty
                    }
                }
                guard writer.nextSeq > start || hasSettings else { return .rollback }
                try writer.finish(rememberingRemovals: rememberedRemovals)
                reached = writer.nextSeq - 1
                return .commit
            }
            if let reached { mark?.raise(to: reached) }
            return outcomes
        } catch {
            return group.map { _ in .failure(JobStoreError(ofWriting: error)) }
        }
    }

    /// Reads in a snapshot; unlike GRDB's own `read`, a cancelled task gets its answer too.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (JobReader) throws -> Value
    ) async throws(JobStoreError) -> Value {
        let outcome = await readers.complete(in: nextLane) { [pool, unreadable] in
            Result { try pool.read { try body(JobReader(db: $0, setAside: unreadable)) } }
                .mapError { JobStoreError.unavailable("\($0)") }
        }
        return try outcome.get()
    }

    /// No read waits for another one.
    private var nextLane: String { "\(reads.wrappingAdd(1, ordering: .relaxed).newValue)" }

    /// Looks for the jobs that are waited for, one read after another.
    private func emptyLookups() {
        // Before the read begins: its snapshot must show what was committed before these calls.
        let group = lookups.takeAll()
        guard !group.isEmpty else { return }
        readers.start(in: nextLane) { [self] in
            let outcomes = outcomes(of: group)
            emptyLookups()
            for (lookup, outcome) in zip(group, outcomes) {
                lookup.answer.resume(returning: outcome)
            }
        }
    }

    private func outcomes(of lookups: [LookupQueue.Lookup]) -> [Result<Job?, JobStoreError>] {
        do {
            return try pool.read { db in
                let reader = JobReader(db: db, setAside: unreadable)
                return lookups.map { lookup in
                    Result { try reader.job(lookup.id) }
                        .mapError { JobStoreError.unavailable("\($0)") }
                }
            }
        } catch {
            return lookups.map { _ in .failure(.unavailable("\(error)")) }
        }
    }

    /// Writes in a transaction of its own; never given up half way by a cancelled task.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(JobStoreError) -> Value {
        let outcome = await writer.complete(in: "") { [pool] in
            Result {
                try pool.writeWithoutTransaction { db in
                    var value: Value?
                    try db.inTransaction {
                        value = try body(db)
                        return .commit
                    }
                    guard let value else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
                    return value
                }
            }
            .mapError { JobStoreError(ofWriting: $0) }
        }
        return try outcome.get()
    }
}
