import Glibc
import Mongo
import TestSupport
import Testing

/// Three servers of its own, of which it kills and freezes the primary.
@Suite(
    .enabled(if: ReplicaSet.canStart, "there is no mongod to start"),
    .timeLimit(.minutes(6))
)
struct FailoverTests {
    @Test(arguments: [SIGKILL, SIGSTOP])
    func `no write is lost and no event missing when the primary goes`(signal: Int32) async throws {
        let set = try await ReplicaSet.start(nodes: 3, electionTimeout: .seconds(1))
        let short: [String: MongoURI.Value] = ["socketTimeoutMS": .duration(.seconds(2))]
        let uri = set.uri
        let half = 15
        let pool = try MongoPool(MongoURI(uri).withDefaults(short), width: 1, appName: "failover")
        let stream = try await pool.watch(database: "failover")
        async let told = events(of: stream, count: 2 * half)
        for id in 0..<half {
            try await write(id, pool)
        }
        let primary = try await set.primary()
        set.signal(primary, signal)
        for id in half..<2 * half {
            try await write(id, pool)
        }
        #expect(try await told == (0..<2 * half).map { .integer($0) })
        set.signal(primary, SIGCONT)
        await stream.close()
        await pool.close()
        set.stop()
    }

    /// Writes until it is known that it was written; once, whatever happens.
    private func write(_ id: Int, _ pool: MongoPool) async throws {
        while true {
            try Task.checkCancellation()
            do throws(MongoError) {
                try await pool.run { (client) throws(MongoError) in
                    try client.insert(
                        ["_id": .integer(id)],
                        into: MongoNamespace("failover", "things")
                    )
                }
                return
            } catch {
                if error.isDuplicateKey { return }
                try #require(error.isRetryable, "\(error)")
            }
        }
    }

    private func events(of stream: MongoChangeStream, count: Int) async throws -> [BSONValue?] {
        var ids: [BSONValue?] = []
        while ids.count < count {
            try Task.checkCancellation()
            do throws(MongoError) {
                ids += try await stream.next().map { $0["documentKey"]?.documentValue?["_id"] }
            } catch {
                try #require(error.isRetryable, "\(error)")
            }
        }
        return ids
    }
}
