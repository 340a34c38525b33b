import JobStorage
import Logging
import Mongo

/// Looks whether a server can hold our jobs, and makes in the database what is missing.
struct StoreOpening: Sendable {
    /// The latest form of the database that we know; it stands in the document `history`.
    static let format = 1
    /// What MongoDB 5.0 says of itself.
    private static let oldestWireVersion = 13

    let pool: MongoPool
    let layout: StoreLayout
    let unreadable: SetAsideList

    /// Goes through all steps, each of which may find that another server has done it.
    func run(_ logger: Logger) async throws(MongoStoreError) {
        try await checkServer()
        for (namespace, indexes) in StoreIndexes.all(layout) {
            try await make(namespace, indexes)
        }
        try await step { [layout] (client) throws(MongoError) in
            try HistoryBeginning(layout: layout).run(client)
        }
        try await checkFormat()
        let numbering = JobNumbering(layout: layout, unreadable: unreadable)
        var numbered = 0
        while true {
            let count = try await step { (client) throws(MongoError) in try numbering.run(client) }
            guard count > 0 else { break }
            numbered += count
        }
        if numbered > 0 {
            logger.notice(
                "jobs of another program were taken into the history",
                metadata: ["jobs": "\(numbered)"]
            )
        }
    }

    // MARK: Checks

    private func checkServer() async throws(MongoStoreError) {
        let hello = try await step { (client) throws(MongoError) in
            try client.command(["hello": 1], database: "admin")
        }
        // A router to many replica sets has no set's name, and says so in its own way.
        guard hello["setName"] != nil || hello["msg"] == "isdbgrid" else {
            throw .standalone(address: pool.address)
        }
        guard let version = hello["maxWireVersion"]?.integerValue,
            version >= Self.oldestWireVersion
        else { throw .outdated(address: pool.address) }
    }

    private func checkFormat() async throws(MongoStoreError) {
        let history = try await step { [layout] (client) throws(MongoError) in
            try client.findOne(layout.own, ["_id": "history"])
        }
        let format = history?["format"]?.integerValue ?? Self.format
        guard format <= Self.format else {
            throw .newer(address: pool.address, format: format, known: Self.format)
        }
    }

    // MARK: Collections

    /// Makes a collection and its indexes, or what is missing of them.
    ///
    /// Over a large collection that takes longer than a connection may be silent. The server goes
    /// on with it all the same, and whoever asks again waits for the same indexes.
    private func make(
        _ namespace: MongoNamespace,
        _ indexes: [BSONDocument]
    ) async throws(MongoStoreError) {
        try await step { (client) throws(MongoError) in
            do throws(MongoError) {
                try client.command(
                    ["create": .string(namespace.collection)],
                    database: namespace.database,
                    kind: .write
                )
            } catch {
                // It is there already.
                if error.domain != .server || error.code != 48 { throw error }
            }
        }
        guard !indexes.isEmpty else { return }
        try await step(patience: .seconds(1800)) { (client) throws(MongoError) in
            try client.command(
                [
                    "createIndexes": .string(namespace.collection),
                    "indexes": .array(indexes.map { .document($0) }),
                ],
                database: namespace.database,
                kind: .write
            )
        }
    }

    /// Does what may be done twice; a set that is just electing its primary gets some time.
    @discardableResult
    private func step<Value: Sendable>(
        patience: Duration = .seconds(60),
        _ body: @escaping @Sendable (borrowing MongoClient) throws(MongoError) -> Value
    ) async throws(MongoStoreError) -> Value {
        let deadline = ContinuousClock.now + patience
        var backoff = Backoff()
        while true {
            do {
                return try await pool.run(body)
            } catch {
                // The driver itself has waited for somebody to be there.
                let hasHope = error.isRetryable && error.domain != .serverSelection
                guard hasHope, ContinuousClock.now < deadline else {
                    throw MongoStoreError(error, address: pool.address)
                }
                await backoff.wait()
            }
        }
    }
}
