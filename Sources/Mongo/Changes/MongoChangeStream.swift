import Logging
import Threads

/// What changes in a database, in order, as it happens.
///
/// ```swift
/// let stream = try await pool.watch(database: "jobsync")
/// while !isOver {
///     for event in try await stream.next() { … }
/// }
/// await stream.close()
/// ```
///
/// For one reader. The stream survives the loss of its server: it goes on at the new primary from
/// where it was, so that no event is missing and none comes twice.
public actor MongoChangeStream {
    private let executor: ThreadExecutor
    private let pool: ClientPool
    /// What it begins with.
    private let query: ChangeQuery
    private let logger: Logger
    /// Given up wherever the last reference to the stream goes; nobody else can use it then.
    private var connection: ChangeConnection?
    /// The server's number of the cursor; 0 when it has ended, nil when it is to be opened again.
    private var cursor: Int64?
    /// What came with the opening.
    private var waiting: [BSONDocument] = []
    private var isClosed = false

    /// Where to go on after what ``next()`` returned last: the token of its end.
    public private(set) var resumeToken: BSONDocument?

    /// The stream's own thread, which waits for the server.
    @safe public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    init(_ pool: ClientPool, _ query: ChangeQuery, threadName: String, logger: Logger) {
        executor = ThreadExecutor(name: threadName)
        self.pool = pool
        self.query = query
        self.logger = logger
    }

    /// Opens the stream for the first time.
    func open() throws(MongoError) {
        connection = try ChangeConnection(to: pool, query)
        waiting = try reopen()
    }

    /// Waits for what comes next.
    ///
    /// Where the server that told it is gone, this opens the stream at another one. If that does not
    /// work at once, it throws; after an error with ``MongoError/isRetryable`` it may be called
    /// again, and goes on from where it was. No token of an error is lost.
    ///
    /// - Returns: All events that are there, at least one; nothing after ``MongoWatchOptions/maxAwait``
    ///   of quiet.
    /// - Throws: Why no more can be told now, or ever: ``MongoError/isHistoryLost``.
    public func next() throws(MongoError) -> [BSONDocument] {
        guard let connection, !isClosed else { throw .closed }
        if !waiting.isEmpty {
            defer { waiting = [] }
            return waiting
        }
        guard let cursor else { return try reopen() }
        guard cursor != 0 else {
            throw MongoError(
                domain: .server,
                code: 280,
                message: "the change stream has ended: what it watched was dropped or renamed",
                labels: ["NonResumableChangeStreamError"]
            )
        }
        do {
            return take(try connection.more(of: cursor))
        } catch  where error.isResumable {
            logger.notice("a change stream is opened again", metadata: ["error": "\(error)"])
            if !error.isUnreachable {
                // Out of politeness: otherwise the server keeps it for ten minutes.
                try? connection.kill(cursor)
            }
            self.cursor = nil
            return try reopen()
        }
    }

    /// Goes on with other events: ``next()`` tells what another pipeline chooses, from a time on.
    ///
    /// - Parameters:
    ///   - pipeline: Stages that choose and change the events; empty for all as they are.
    ///   - time: A timestamp of the server's clock, such as an event's `clusterTime`; events of that
    ///     very time are told once more.
    public func restart(_ pipeline: [BSONDocument], at time: BSONValue) {
        if let cursor, cursor != 0 {
            try? connection?.kill(cursor)
        }
        cursor = nil
        waiting = []
        resumeToken = nil
        connection?.query.restart(pipeline, at: time)
    }

    /// Ends the stream, and gives its connection back.
    ///
    /// A call of ``next()`` that is waiting comes first, within ``MongoWatchOptions/maxAwait``.
    public func close() {
        guard !isClosed else { return }
        isClosed = true
        if let cursor, cursor != 0 {
            try? connection?.kill(cursor)
        }
        connection = nil
    }

    private func reopen() throws(MongoError) -> [BSONDocument] {
        guard let connection else { throw .closed }
        return take(try connection.open(after: resumeToken))
    }

    private func take(_ batch: ChangeConnection.Batch) -> [BSONDocument] {
        cursor = batch.cursor
        resumeToken = batch.token ?? resumeToken
        return batch.events
    }
}
