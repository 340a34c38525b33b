import Foundation
import Logging
import Mongo
import MongoStorage
import TestSupport
import Testing

/// A database of a test's own in the replica set that all tests share.
struct TestDatabase {
    let name: String
    let uri: String
    /// What the server knows this test by, for failpoints that are meant for nobody else.
    let appName: String
    /// A connection of the test's own, by another name.
    let pool: MongoPool

    var jobs: MongoNamespace { MongoNamespace(name, "jobs") }
    var own: MongoNamespace { MongoNamespace(name, "jobsync") }

    /// Runs a test on a new database, which is dropped afterwards; skips it where there is no mongod.
    static func with(_ body: (TestDatabase) async throws -> Void) async throws {
        guard let uri = ReplicaSet.sharedURI else {
            try Test.cancel("there is no mongod: scripts/setup --tests fetches one")
        }
        let name = "jobsync_test_" + UUID().uuidString.prefix(8).lowercased()
        let appName = "test_" + name.suffix(8)
        let database = TestDatabase(
            name: name,
            uri: uri.replacing("/?", with: "/\(name)?") + "&appName=\(appName)",
            appName: appName,
            pool: try MongoPool(MongoURI(uri), width: 2, appName: "test")
        )
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await body(database))
        } catch {
            outcome = .failure(error)
        }
        _ = try? await database.pool.run { (client) throws(MongoError) in
            try client.command(["dropDatabase": 1], database: name, kind: .write)
        }
        await database.pool.close()
        try outcome.get()
    }

    /// Opens a store, and closes it when the test has ended with it.
    func withStore(
        rememberedRemovals: Int = 10_000,
        logger: Logger = Logger(label: "test"),
        _ body: (MongoJobStore) async throws -> Void
    ) async throws {
        let store = try await MongoJobStore.open(
            uri,
            rememberedRemovals: rememberedRemovals,
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
}
