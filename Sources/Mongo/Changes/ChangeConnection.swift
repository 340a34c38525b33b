import CMongoc

/// A change stream's connection and session, and its cursor at one server.
///
/// The library has change streams of its own, but they don't tell whether another event is there
/// already or would have to be waited for; so the cursor's batches are asked for directly.
final class ChangeConnection {
    /// Events that came together, and where to go on.
    struct Batch {
        let events: [BSONDocument]
        let token: BSONDocument?
        let cursor: Int64
    }

    private let client: MongoClient
    private let session: MongoSession
    /// What the next cursor is opened for.
    var query: ChangeQuery
    private let wait: Duration
    private var server: UInt32 = 0

    init(to pool: ClientPool, _ query: ChangeQuery) throws(MongoError) {
        client = try MongoClient(from: pool)
        // One session for all commands: the server lets no other session read a cursor.
        session = try MongoSession(of: client.pointer)
        self.query = query
        // A server that is only waiting must not be taken for one that is gone.
        wait = min(query.options.maxAwait, pool.silence.map { $0 / 2 } ?? query.options.maxAwait)
    }

    deinit {
        session.end()
    }

    /// Opens a cursor at the server that is the primary now.
    func open(after token: BSONDocument?) throws(MongoError) -> Batch {
        server = try selectPrimary()
        return try batch(run(query.opening(after: token), .read))
    }

    /// Waits for the cursor's next events.
    func more(of cursor: Int64) throws(MongoError) -> Batch {
        try batch(run(query.more(of: cursor, waiting: wait)))
    }

    /// Tells the server that the cursor is no longer wanted.
    func kill(_ cursor: Int64) throws(MongoError) {
        _ = try run(query.kill(cursor))
    }

    private func run(
        _ command: BSONDocument,
        _ kind: MongoCommandKind = .plain
    ) throws(MongoError) -> BSONDocument {
        try client.perform(
            command,
            database: query.database,
            kind: kind,
            options: ["serverId": .int32(Int32(bitPattern: server))],
            session: session
        )
    }

    private func selectPrimary() throws(MongoError) -> UInt32 {
        var id: UInt32 = 0
        let answer = ask { _, error in
            guard let server = mongoc_client_select_server(client.pointer, true, nil, error) else {
                return false
            }
            id = mongoc_server_description_id(server)
            mongoc_server_description_destroy(server)
            return true
        }
        _ = try answer.get()
        return id
    }

    private func batch(_ reply: BSONDocument) throws(MongoError) -> Batch {
        guard let cursor = reply["cursor"]?.documentValue, let id = cursor["id"]?.integerValue,
            let events = (cursor["nextBatch"] ?? cursor["firstBatch"])?.arrayValue
        else {
            throw MongoError(domain: .server, code: 0, message: "a change stream's reply is odd")
        }
        return Batch(
            events: events.compactMap(\.documentValue),
            token: cursor["postBatchResumeToken"]?.documentValue
                ?? events.last?.documentValue?["_id"]?.documentValue,
            cursor: Int64(id)
        )
    }
}
