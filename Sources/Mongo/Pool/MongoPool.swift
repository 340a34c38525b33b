import CMongoc
public import Logging
import Synchronization

/// The connections to one MongoDB, and the threads on which one may wait for it.
///
/// ```swift
/// let pool = try MongoPool(MongoURI("mongodb://localhost/?replicaSet=rs"), width: 8)
/// let hello = try await pool.run { (client) throws(MongoError) in
///     try client.command(["hello": 1], database: "admin")
/// }
/// await pool.close()
/// ```
///
/// Nothing connects before the first body runs. Every read is from the primary, of what a majority
/// has; every write is on a majority of disks when it returns: that is said to the server with each
/// operation, whatever the URI or the server's defaults say.
public final class MongoPool: Sendable {
    /// How many bodies run at a time.
    public let width: Int
    /// The URI that the pool was made with, without its secrets.
    public let address: String

    let logger: Logger
    private let name: String
    private let clients: ClientBox
    private let workers: WorkerThreads

    /// Makes a pool and starts its threads.
    ///
    /// The host of a `mongodb+srv` URI is looked up before this returns; nothing else blocks.
    ///
    /// - Parameters:
    ///   - uri: Where MongoDB is; where it is silent, ``MongoURI/shortWaits`` hold.
    ///   - width: How many bodies may run at a time, each on a thread and with a connection.
    ///   - name: What the threads are called.
    ///   - appName: What the server's log calls this program, if the URI does not say.
    ///   - logger: Hears of change streams that had to be opened again.
    /// - Throws: What is wrong with the URI, or that its host is not known to the name service.
    public init(
        _ uri: MongoURI,
        width: Int,
        name: String = "mongo",
        appName: String = "jobsync",
        logger: Logger = Logger(label: "mongo")
    ) throws(MongoError) {
        precondition(width > 0, "a pool without threads would never do anything")
        let uri = uri.withDefaults(MongoURI.shortWaits)
            .withDefaults([MONGOC_URI_APPNAME: .string(appName)])
        let clients = ClientBox(try ClientPool(uri))
        self.width = width
        self.name = name
        self.logger = logger
        self.clients = clients
        address = uri.redacted
        workers = .start(width, name: name) { clients.empty() }
    }

    deinit {
        // The threads hold what they need, and let go of it when they end.
        workers.close()
    }

    /// Runs a body that waits for the server on one of the pool's threads.
    ///
    /// Bodies begin in the order in which they came. A body that has been taken on is carried out to
    /// its end, even if the task is cancelled or the pool is closed meanwhile; how long it may wait
    /// for the server, the URI's timeouts say.
    ///
    /// - Parameter body: What to do with a connection, of which it is the only user.
    /// - Returns: What the body returned.
    /// - Throws: What the body threw, or that the pool is closed.
    @discardableResult
    public func run<Value: Sendable>(
        _ body: @escaping @Sendable (borrowing MongoClient) throws(MongoError) -> Value
    ) async throws(MongoError) -> Value {
        let result: Result<Value, MongoError> = await withCheckedContinuation { continuation in
            let isTaken = workers.enqueue { [clients] in
                continuation.resume(returning: clients.lend(to: body))
            }
            if !isTaken {
                continuation.resume(returning: .failure(.closed))
            }
        }
        return try result.get()
    }

    /// Begins to watch a database, with a thread and a connection for that alone.
    ///
    /// When this returns, everything that is committed from now on will be told.
    ///
    /// - Parameters:
    ///   - pipeline: Stages that choose and change the events; empty for all as they are.
    ///   - database: What to watch.
    ///   - options: From where, and how.
    /// - Returns: The stream, which is to be closed in the end.
    /// - Throws: Why the server did not open it; ``MongoError/isHistoryLost`` if it cannot go on from
    ///   where the options say.
    public func watch(
        _ pipeline: [BSONDocument] = [],
        database: String,
        options: MongoWatchOptions = MongoWatchOptions()
    ) async throws(MongoError) -> MongoChangeStream {
        guard let pool = clients.pool else { throw .closed }
        let stream = MongoChangeStream(
            pool,
            ChangeQuery(pipeline: pipeline, database: database, options: options),
            threadName: "\(name) changes",
            logger: logger
        )
        do {
            try await stream.open()
        } catch {
            await stream.close()
            throw error
        }
        return stream
    }

    /// Carries out what has been taken on, ends the threads, and closes the connections.
    ///
    /// A change stream keeps its connection until it is closed itself.
    public func close() async {
        workers.close()
        await workers.ended()
    }
}

/// Holds the library's pool until the threads have ended.
private final class ClientBox: Sendable {
    private let content: Mutex<ClientPool?>

    init(_ pool: ClientPool) {
        content = Mutex(pool)
    }

    var pool: ClientPool? { content.withLock { $0 } }

    func empty() {
        // Destroyed outside of the lock: connections are closed, and threads joined.
        let pool = content.withLock { content in
            let pool = content
            content = nil
            return pool
        }
        withExtendedLifetime(pool) {}
    }

    func lend<Value>(
        to body: (borrowing MongoClient) throws(MongoError) -> Value
    ) -> Result<Value, MongoError> {
        guard let pool else { return .failure(.closed) }
        return Result { () throws(MongoError) in try body(MongoClient(from: pool)) }
    }
}
