import Mongo
import TestSupport
import Testing

// More time than others, for tests take turns at the server's one failpoint.
@Suite(.enabled(if: ReplicaSet.isAvailable, "there is no mongod"), .timeLimit(.minutes(6)))
struct ChangeStreamTests {
    @Test func `events come in order, and many at a time`() async throws {
        try await TestDatabase.with { database in
            let things = database.collection("things")
            let stream = try await database.pool.watch(database: database.name)
            try await database.pool.run { (client) throws(MongoError) in
                try client.bulkWrite(things, numbered(0..<500))
            }
            var events: [BSONDocument] = []
            var batches = 0
            while events.count < 500 {
                try Task.checkCancellation()
                let batch = try await stream.next()
                events += batch
                batches += batch.isEmpty ? 0 : 1
            }
            #expect(ids(of: events) == (0..<500).map { .int64($0) })
            #expect(events.allSatisfy { $0["operationType"] == "insert" })
            #expect(batches < 50)
            await stream.close()
        }
    }

    @Test func `a stream goes on after a token, and after a time`() async throws {
        try await TestDatabase.with { database in
            let things = database.collection("things")
            let start = try await database.pool.run { (client) throws(MongoError) in
                try client.command(["ping": 1], database: "admin")["operationTime"]
            }
            let first = try await database.pool.watch(database: database.name)
            try await database.pool.run { (client) throws(MongoError) in
                try client.bulkWrite(things, numbered(0..<2))
            }
            #expect(try await first.next(atLeast: 2).count == 2)
            let token = try #require(await first.resumeToken)
            await first.close()
            try await database.pool.run { (client) throws(MongoError) in
                try client.bulkWrite(things, numbered(2..<4))
            }
            let second = try await database.pool.watch(
                database: database.name,
                options: MongoWatchOptions(start: .after(token))
            )
            #expect(try await ids(of: second.next(atLeast: 2)) == [2, 3])
            await second.close()
            let third = try await database.pool.watch(
                database: database.name,
                options: MongoWatchOptions(start: .at(try #require(start)))
            )
            #expect(try await ids(of: third.next(atLeast: 4)) == [0, 1, 2, 3])
            await third.close()
        }
    }

    @Test func `updates tell what changed`() async throws {
        try await TestDatabase.with { database in
            let things = database.collection("things")
            let match: BSONDocument = ["$match": ["operationType": "update"]]
            let stream = try await database.pool.watch([match], database: database.name)
            try await database.pool.run { (client) throws(MongoError) in
                try client.bulkWrite(things, numbered(0..<2))
                try client.bulkWrite(things, [.update(["_id": 1], ["$set": ["x": 5]])])
            }
            let events = try await stream.next(atLeast: 1)
            #expect(events.count == 1)
            let change = events.first?["updateDescription"]?.documentValue
            #expect(change?["updatedFields"] == ["x": 5])
            await stream.close()
        }
    }

    @Test func `a stream can be told to choose other events from a time on`() async throws {
        try await TestDatabase.with { database in
            let things = database.collection("things")
            let even: BSONDocument = ["$match": ["documentKey._id": ["$mod": [2, 0]]]]
            let stream = try await database.pool.watch([even], database: database.name)
            for number in Int64(0)..<4 {
                try await database.pool.run { (client) throws(MongoError) in
                    try client.bulkWrite(things, numbered(number..<number + 1))
                }
            }
            let events = try await stream.next(atLeast: 2)
            #expect(ids(of: events) == [0, 2])
            let odd: BSONDocument = ["$match": ["documentKey._id": ["$mod": [2, 1]]]]
            await stream.restart([odd], at: try #require(events[0]["clusterTime"]))
            #expect(try await ids(of: stream.next(atLeast: 2)) == [1, 3])
            try await database.pool.run { (client) throws(MongoError) in
                try client.bulkWrite(things, numbered(4..<6))
            }
            #expect(try await ids(of: stream.next(atLeast: 1)) == [5])
            await stream.close()
        }
    }

    @Test func `a session reads what an event tells of, or newer`() async throws {
        try await TestDatabase.with { database in
            let things = database.collection("things")
            let stream = try await database.pool.watch(database: database.name)
            try await database.pool.run { (client) throws(MongoError) in
                try client.bulkWrite(things, numbered(0..<1))
            }
            let time = try await stream.next(atLeast: 1).first?["clusterTime"]
            let found = try await database.pool.run { (client) throws(MongoError) in
                try client.withSession(after: time) { (session) throws(MongoError) in
                    try client.findOne(things, ["_id": 0], session: session)
                }
            }
            #expect(found?["_id"] == 0)
            // A time that has not come yet is waited for, or refused: never answered from before.
            let later = BSONValue.timestamp(seconds: .max, increment: 1)
            let options: BSONDocument = ["maxTimeMS": 200]
            await #expect(throws: MongoError.self) {
                try await database.pool.run { (client) throws(MongoError) in
                    _ = try client.withSession(after: later) { (session) throws(MongoError) in
                        try client.findOne(things, ["_id": 0], options: options, session: session)
                    }
                }
            }
            await stream.close()
        }
    }

    @Test func `a quiet time ends with nothing`() async throws {
        try await TestDatabase.with { database in
            let stream = try await database.pool.watch(
                database: database.name,
                options: MongoWatchOptions(maxAwait: .milliseconds(20))
            )
            #expect(try await stream.next().isEmpty)
            #expect(await stream.resumeToken != nil)
            await stream.close()
        }
    }

    @Test func `waiting long is not taken for a broken connection`() async throws {
        let options: [String: MongoURI.Value] = ["socketTimeoutMS": .duration(.milliseconds(600))]
        try await TestDatabase.with(options: options) { database in
            let stream = try await database.pool.watch(
                database: database.name,
                options: MongoWatchOptions(maxAwait: .seconds(60))
            )
            #expect(try await stream.next().isEmpty)
            await stream.close()
        }
    }

    @Test(arguments: [
        Failpoint.closeConnection(on: ["getMore"]),
        .error(11600, on: ["getMore"]),
        .error(43, on: ["getMore"]),
    ])
    func `a stream that breaks is opened again, and misses nothing`(
        failpoint: Failpoint
    ) async throws {
        try await TestDatabase.with { database in
            let things = database.collection("things")
            let stream = try await database.pool.watch(
                database: database.name,
                options: MongoWatchOptions(maxAwait: .milliseconds(50))
            )
            try await database.pool.run { (client) throws(MongoError) in
                try client.bulkWrite(things, numbered(0..<3))
            }
            #expect(try await ids(of: stream.next(atLeast: 3)) == [0, 1, 2])
            try await failpoint.hit(database.name) {
                try await database.pool.run { (client) throws(MongoError) in
                    try client.bulkWrite(things, numbered(3..<6))
                }
                #expect(try await ids(of: stream.next(atLeast: 3)) == [3, 4, 5])
            }
            await stream.close()
        }
    }

    @Test func `a stream that could not be opened again goes on when asked again`() async throws {
        try await TestDatabase.with { database in
            let things = database.collection("things")
            let stream = try await database.pool.watch(
                database: database.name,
                options: MongoWatchOptions(maxAwait: .milliseconds(50))
            )
            try await database.pool.run { (client) throws(MongoError) in
                try client.bulkWrite(things, numbered(0..<3))
            }
            let failpoint = Failpoint.closeConnection(on: ["getMore", "aggregate"], times: 3)
            try await failpoint.hit(database.name) {
                let error = await #expect(throws: MongoError.self) { try await stream.next() }
                #expect(error?.isUnreachable == true)
                #expect(error?.isRetryable == true)
                #expect(error?.isHistoryLost == false)
                let events = try await stream.next(atLeast: 3)
                #expect(ids(of: events) == [0, 1, 2])
            }
            await stream.close()
        }
    }

    @Test func `lost history is not gone on from`() async throws {
        try await TestDatabase.with { database in
            let stream = try await database.pool.watch(database: database.name)
            let label = "NonResumableChangeStreamError"
            try await Failpoint.error(286, labels: [label], on: ["getMore"]).hit(database.name) {
                let error = await #expect(throws: MongoError.self) { try await stream.next() }
                #expect(error?.code == 286)
                #expect(error?.isHistoryLost == true)
                #expect(error?.isRetryable == false)
            }
            await stream.close()
        }
    }

    @Test func `a token that means nothing is refused at once`() async throws {
        try await TestDatabase.with { database in
            let error = await #expect(throws: MongoError.self) {
                try await database.pool.watch(
                    database: database.name,
                    options: MongoWatchOptions(start: .after(["_data": "8263"]))
                )
            }
            #expect(error?.domain == .server)
            #expect(error?.isRetryable == false)
        }
    }

    @Test func `the end of the database ends the stream`() async throws {
        try await TestDatabase.with { database in
            let (name, things) = (database.name, database.collection("things"))
            let stream = try await database.pool.watch(database: name)
            try await database.pool.run { (client) throws(MongoError) in
                try client.insert(["_id": 1], into: things)
                try client.command(["dropDatabase": 1], database: name, kind: .write)
            }
            let events = try await stream.next(atLeast: 4)
            #expect(
                events.map { $0["operationType"] } == [
                    "insert", "drop", "dropDatabase", "invalidate",
                ]
            )
            let error = await #expect(throws: MongoError.self) { try await stream.next() }
            #expect(error?.isHistoryLost == true)
            await stream.close()
        }
    }

    @Test func `a stream outlives its pool, and is closed for good`() async throws {
        try await TestDatabase.with { database in
            let stream = try await database.pool.watch(
                database: database.name,
                options: MongoWatchOptions(maxAwait: .milliseconds(20))
            )
            await database.pool.close()
            #expect(try await stream.next().isEmpty)
            await stream.close()
            await stream.close()
            let error = await #expect(throws: MongoError.self) { try await stream.next() }
            #expect(error?.domain == .closed)
            let other = await #expect(throws: MongoError.self) {
                try await database.pool.watch(database: database.name)
            }
            #expect(other?.domain == .closed)
        }
    }
}

extension MongoChangeStream {
    /// Waits until so many events have come.
    fileprivate nonisolated func next(atLeast count: Int) async throws -> [BSONDocument] {
        var events: [BSONDocument] = []
        while events.count < count {
            try Task.checkCancellation()
            events += try await next()
        }
        return events
    }
}

private func ids(of events: [BSONDocument]) -> [BSONValue?] {
    events.map { $0["documentKey"]?.documentValue?["_id"] }
}
