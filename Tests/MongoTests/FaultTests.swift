import Mongo
import TestSupport
import Testing

// More time than others, for tests take turns at the server's one failpoint.
@Suite(.enabled(if: ReplicaSet.isAvailable, "there is no mongod"), .timeLimit(.minutes(6)))
struct FaultTests {
    /// What the store's writes go through.
    private static let writes = ["insert", "update", "delete", "findAndModify"]

    @Test(arguments: [
        Failpoint.closeConnection(on: writes),
        .error(91, on: writes), .error(10107, on: writes), .error(13436, on: writes),
        .block(milliseconds: 300, on: writes),
    ])
    func `what happens once, the library overcomes`(failpoint: Failpoint) async throws {
        try await TestDatabase.with { database in
            let things = database.collection("things")
            try await failpoint.hit(database.name) {
                try await database.pool.run { (client) throws(MongoError) in
                    try client.insert(["_id": 1], into: things)
                }
            }
            #expect(try await database.count(of: things) == 1)
        }
    }

    @Test func `a read that breaks once is read again`() async throws {
        try await TestDatabase.with { database in
            let things = database.collection("things")
            let count = try await Failpoint.closeConnection(on: ["find"]).hit(database.name) {
                try await database.count(of: things)
            }
            #expect(count == 0)
        }
    }

    @Test func `a write whose connection breaks twice may have been done`() async throws {
        try await TestDatabase.with { database in
            let failpoint = Failpoint.closeConnection(on: Self.writes, times: 2)
            let error = try await failpoint.error(of: database) {
                (client, things) throws(MongoError) in
                try client.insert(["_id": 1], into: things)
            }
            #expect(error.domain == .stream)
            #expect(error.isUnreachable)
            #expect(error.isOutcomeUnknown)
            #expect(error.isRetryable)
            #expect(error.labels.contains("RetryableWriteError"))
            // The server did not take it this time; the caller cannot know.
            #expect(try await database.count(of: database.collection("things")) == 0)
        }
    }

    @Test(arguments: [10107, 91, 13436])
    func `a server that is not the primary for longer is told of`(code: Int) async throws {
        try await TestDatabase.with { database in
            let failpoint = Failpoint.error(code, on: Self.writes, times: 2)
            let error = try await failpoint.error(of: database) {
                (client, things) throws(MongoError) in
                try client.insert(["_id": 1], into: things)
            }
            #expect(error.domain == .server)
            #expect(error.code == code)
            #expect(error.isNotPrimary == (code == 10107))
            #expect(error.isRecovering == (code != 10107))
            #expect(error.isRetryable)
            #expect(error.isOutcomeUnknown == (code != 10107))
        }
    }

    @Test func `a write that is not durable enough was done, perhaps`() async throws {
        try await TestDatabase.with { database in
            let failpoint = Failpoint.writeConcernError(64, on: Self.writes)
            let error = try await failpoint.error(of: database) {
                (client, things) throws(MongoError) in
                try client.insert(["_id": 1], into: things)
            }
            #expect(error.domain == .writeConcern)
            #expect(error.code == 64)
            #expect(error.isOutcomeUnknown)
            #expect(error.isRetryable)
            #expect(error.bulk?.inserted == 1)
            #expect(error.bulk?.isDurabilityUnknown == true)
            // Nobody has waited for the majority, and only what it has is read.
            let things = database.collection("things")
            while try await database.count(of: things) == 0 { await Task.yield() }
            #expect(try await database.count(of: things) == 1)
        }
    }

    @Test func `so for what is found and changed, and for commands`() async throws {
        try await TestDatabase.with { database in
            let name = database.name
            let failpoint = Failpoint.writeConcernError(
                64,
                on: ["findAndModify", "create"],
                times: 2
            )
            let modifying = try await failpoint.error(of: database) {
                (client, things) throws(MongoError) in
                _ = try client.findAndModify(
                    things,
                    ["_id": 1],
                    .update(["$set": ["x": 1]], upsert: true)
                )
            }
            #expect(modifying.domain == .writeConcern && modifying.isOutcomeUnknown)
            let creating = try await failpoint.error(of: database) {
                (client, _) throws(MongoError) in
                try client.command(["create": "others"], database: name, kind: .write)
            }
            #expect(creating.domain == .writeConcern && creating.isOutcomeUnknown)
        }
    }

    @Test func `a server that is silent for too long counts as gone`() async throws {
        let options: [String: MongoURI.Value] = ["socketTimeoutMS": .duration(.milliseconds(200))]
        try await TestDatabase.with(options: options) { database in
            // Twice, for the library tries a second time.
            let failpoint = Failpoint.block(milliseconds: 600, on: Self.writes, times: 2)
            let error = try await failpoint.error(of: database) {
                (client, things) throws(MongoError) in
                try client.insert(["_id": 1], into: things)
            }
            #expect(error.domain == .stream)
            #expect(error.isUnreachable && error.isOutcomeUnknown && error.isRetryable)
        }
    }

    @Test func `a commit that breaks once is done`() async throws {
        try await TestDatabase.with { database in
            let things = database.collection("things")
            try await Failpoint.closeConnection(on: ["commitTransaction"]).hit(database.name) {
                try await database.pool.run { (client) throws(MongoError) in
                    try client.withSession { (session) throws(MongoError) in
                        try session.startTransaction()
                        try client.insert(["_id": 1], into: things, session: session)
                        try session.commit()
                    }
                }
            }
            #expect(try await database.count(of: things) == 1)
        }
    }

    @Test(arguments: [
        Failpoint.closeConnection(on: ["commitTransaction"], times: 2),
        .writeConcernError(64, on: ["commitTransaction"], times: 2),
    ])
    func `a commit that breaks twice is unknown, and is settled by committing again`(
        failpoint: Failpoint
    ) async throws {
        try await TestDatabase.with { database in
            let things = database.collection("things")
            let (first, others) = try await failpoint.hit(database.name) {
                try await database.pool.run { (client) throws(MongoError) in
                    try client.withSession { (session) throws(MongoError) in
                        try session.startTransaction()
                        try client.insert(["_id": 1], into: things, session: session)
                        let first = failure(of: session.commit)
                        var others: [MongoError] = []
                        while let error = failure(of: session.commit) {
                            others.append(error)
                        }
                        return (first, others)
                    }
                }
            }
            let error = try #require(first)
            #expect(error.isCommitUnknown && error.isOutcomeUnknown && error.isRetryable)
            #expect(!error.isTransientTransaction)
            #expect(others.allSatisfy { $0.isCommitUnknown })
            #expect(try await database.count(of: things) == 1)
        }
    }

    @Test func `a transaction whose connection breaks may be begun anew`() async throws {
        try await TestDatabase.with { database in
            let failpoint = Failpoint.closeConnection(on: ["insert"])
            let error = try await failpoint.error(of: database) {
                (client, things) throws(MongoError) in
                try client.withSession { (session) throws(MongoError) in
                    try session.startTransaction()
                    try client.insert(["_id": 1], into: things, session: session)
                }
            }
            #expect(error.isTransientTransaction && error.isRetryable && error.isUnreachable)
            #expect(!error.isOutcomeUnknown)
        }
    }

    @Test func `a server that is not there is told of in time`() async throws {
        let uri = try MongoURI("mongodb://someone:s3cret@127.0.0.1:1/?replicaSet=rs")
        let soon = uri.withDefaults(["serverSelectionTimeoutMS": .duration(.milliseconds(200))])
        let pool = try MongoPool(soon, width: 1)
        let error = try await #require(throws: MongoError.self) {
            try await pool.run { (client) throws(MongoError) in
                try client.insert(["_id": 1], into: MongoNamespace("some", "things"))
            }
        }
        #expect(error.domain == .serverSelection)
        #expect(error.isUnreachable && error.isRetryable && !error.isOutcomeUnknown)
        #expect(error.description.contains("127.0.0.1:1"))
        #expect(!error.description.contains("s3cret"))
        await pool.close()
    }

    @Test func `a wrong password is told of without the password`() async throws {
        let text = try #require(ReplicaSet.sharedURI)
            .replacing("mongodb://", with: "mongodb://someone:s3cret@")
        let pool = try MongoPool(MongoURI(text), width: 1)
        let error = try await #require(throws: MongoError.self) {
            try await pool.run { (client) throws(MongoError) in
                try client.command(["ping": 1], database: "admin", kind: .read)
            }
        }
        #expect(error.isDenied)
        #expect(!error.isRetryable && !error.isOutcomeUnknown)
        #expect(!"\(error)".contains("s3cret"))
        #expect(!pool.address.contains("s3cret"))
        await pool.close()
    }
}

extension Failpoint {
    /// The error with which a body ends while the fault is committed.
    fileprivate func error(
        of database: TestDatabase,
        _ body:
            @escaping @Sendable (borrowing MongoClient, MongoNamespace) throws(MongoError) -> Void
    ) async throws -> MongoError {
        let things = database.collection("things")
        return try await hit(database.name) {
            try await #require(throws: MongoError.self) {
                try await database.pool.run { (client) throws(MongoError) in
                    try body(client, things)
                }
            }
        }
    }
}

extension TestDatabase {
    /// How many documents a collection has.
    func count(of collection: MongoNamespace) async throws(MongoError) -> Int {
        try await pool.run { (client) throws(MongoError) in try client.find(collection).count }
    }
}
