import CMongoc

/// A connection for the time of a body, which alone uses it; all its calls block.
///
/// It goes back to its pool by itself. Every operation may be part of a session's transaction; how
/// durable it is or what it reads is then the transaction's matter.
public struct MongoClient: ~Copyable {
    let pointer: OpaquePointer
    private let pool: ClientPool

    init(from pool: ClientPool) throws(MongoError) {
        guard let client = mongoc_client_pool_pop(pool.pointer) else {
            throw MongoError(
                domain: .serverSelection,
                code: 0,
                message: "no connection became free in time"
            )
        }
        pointer = client
        self.pool = pool
    }

    deinit {
        mongoc_client_pool_push(pool.pointer, pointer)
    }

    /// Runs a body with a session of its own.
    ///
    /// - Parameters:
    ///   - time: A timestamp of the server's clock, if what the session reads may not be older.
    ///   - body: Gets the session, which must not outlive it; a transaction that it leaves open is
    ///     aborted.
    /// - Returns: What the body returned.
    /// - Throws: What the body threw, or why there is no session.
    public func withSession<Value>(
        after time: BSONValue? = nil,
        _ body: (MongoSession) throws(MongoError) -> Value
    ) throws(MongoError) -> Value {
        let session = try MongoSession(of: pointer, after: time)
        defer { session.end() }
        return try body(session)
    }

    /// Lends a collection to C for one operation.
    func withCollection<Value>(
        _ namespace: MongoNamespace,
        _ body: (OpaquePointer) throws(MongoError) -> Value
    ) throws(MongoError) -> Value {
        guard
            let collection = mongoc_client_get_collection(
                pointer,
                namespace.database,
                namespace.collection
            )
        else {
            preconditionFailure("libmongoc gives an object or ends the process")
        }
        defer { mongoc_collection_destroy(collection) }
        return try body(collection)
    }
}

/// A collection's full name.
public struct MongoNamespace: Hashable, Sendable, CustomStringConvertible {
    /// The database's name.
    public let database: String
    /// The collection's name within the database.
    public let collection: String

    /// Joins two names.
    ///
    /// - Parameters:
    ///   - database: The database's name.
    ///   - collection: The collection's name within the database.
    public init(_ database: String, _ collection: String) {
        self.database = database
        self.collection = collection
    }

    /// Both names with a dot between them, as MongoDB writes it.
    public var description: String { "\(database).\(collection)" }
}
