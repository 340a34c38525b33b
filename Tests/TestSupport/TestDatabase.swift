public import Logging
public import Mongo

/// A MongoDB database of one test's own, on the replica set that all tests share.
public struct TestDatabase: Sendable {
    /// Its name, and what the server knows the pool by, so that a failpoint meets this test only.
    public let name: String
    /// Connections to the replica set.
    public let pool: MongoPool

    /// A collection in it.
    public func collection(_ name: String) -> MongoNamespace {
        MongoNamespace(self.name, name)
    }

    /// Makes a database for the time of a body, and drops it afterwards.
    ///
    /// Needs a mongod, so the test is to say `.enabled(if: ReplicaSet.isAvailable)`.
    ///
    /// - Parameters:
    ///   - width: How many bodies the pool runs at a time.
    ///   - options: What the URI is silent about.
    ///   - uri: Another server than the one that all tests share.
    ///   - logger: What the pool logs to.
    ///   - body: The test.
    /// - Throws: What the body threw, or why there is no server.
    public static func with(
        width: Int = 2,
        options: [String: MongoURI.Value] = [:],
        uri: String? = nil,
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        _ body: (TestDatabase) async throws -> Void
    ) async throws {
        guard let text = uri ?? ReplicaSet.sharedURI else {
            throw ReplicaSet.Failure(description: "there is no mongod")
        }
        let name = "jobsync_test_\(UInt32.random(in: 0 ... .max))"
        let pool = try MongoPool(
            MongoURI(text).withDefaults(options),
            width: width,
            name: "test",
            appName: name,
            logger: logger
        )
        let database = TestDatabase(name: name, pool: pool)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(database))
        } catch {
            result = .failure(error)
        }
        // Another pool: the test may have closed this one, or hung it on a failpoint.
        Task { await pool.close() }
        try await Self.drop(name, at: text)
        try result.get()
    }

    private static func drop(_ name: String, at text: String) async throws {
        let pool = try MongoPool(MongoURI(text), width: 1, appName: "dropping")
        try await pool.run { (client) throws(MongoError) in
            try client.command(["dropDatabase": 1], database: name, kind: .write)
        }
        // Nobody need wait for its threads, which take half a second.
        Task { await pool.close() }
    }
}
