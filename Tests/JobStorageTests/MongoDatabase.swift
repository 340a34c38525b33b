import Logging
import Mongo
import MongoStorage
import TestSupport
import Testing

/// Runs a test on a new database, which is dropped afterwards; skips it where there is no mongod.
func withMongoDatabase(_ body: (TestDatabase) async throws -> Void) async throws {
    guard ReplicaSet.isAvailable else {
        try Test.cancel("there is no mongod: scripts/setup --tests fetches one")
    }
    try await TestDatabase.with(body)
}

extension TestDatabase {
    /// Where a store finds the database.
    var uri: String {
        (ReplicaSet.sharedURI ?? "").replacing("/?", with: "/\(name)?") + "&appName=\(storeName)"
    }

    /// What the server knows stores by; the test's own pool has another name.
    var storeName: String { name + "_store" }

    /// Opens a store, and closes it when the test has ended with it.
    func withStore(
        rememberedRemovals: Int = 10_000,
        commitPatience: Duration = .seconds(20),
        options: String = "",
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        _ body: (MongoJobStore) async throws -> Void
    ) async throws {
        let store = try await MongoJobStore.open(
            uri + options,
            rememberedRemovals: rememberedRemovals,
            commitPatience: commitPatience,
            logger: logger
        )
        do {
            try await body(store)
        } catch {
            await store.close()
            throw error
        }
        await store.close()
    }

    // MARK: Behind the stores' backs

    func insert(_ documents: [BSONDocument], into name: String) async throws {
        let namespace = collection(name)
        _ = try await pool.run { (client) throws(MongoError) in
            try client.bulkWrite(namespace, documents.map { .insert($0) })
        }
    }

    func update(_ id: BSONValue, in name: String, _ update: BSONDocument) async throws {
        let namespace = collection(name)
        _ = try await pool.run { (client) throws(MongoError) in
            try client.bulkWrite(namespace, [.update(["_id": id], update)])
        }
    }

    func remove(_ id: BSONValue, from name: String) async throws {
        let namespace = collection(name)
        _ = try await pool.run { (client) throws(MongoError) in
            try client.bulkWrite(namespace, [.remove(["_id": id])])
        }
    }

    func drop() async throws {
        _ = try await pool.run { [name] (client) throws(MongoError) in
            try client.command(["dropDatabase": 1], database: name, kind: .write)
        }
    }

    func document(_ id: BSONValue, in name: String) async throws -> BSONDocument? {
        let namespace = collection(name)
        return try await pool.run { (client) throws(MongoError) in
            try client.findOne(namespace, ["_id": id])
        }
    }
}
