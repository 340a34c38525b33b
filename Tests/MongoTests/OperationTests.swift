import Mongo
import TestSupport
import Testing

@Suite(.enabled(if: ReplicaSet.isAvailable, "there is no mongod"), .timeLimit(.minutes(6)))
struct OperationTests {
    @Test func `documents come back as they went`() async throws {
        try await TestDatabase.with { database in
            let things = database.collection("things")
            let thing: BSONDocument = [
                "_id": "a", "": "no name", "text": "å\0ß", "list": [1, 2.5, nil, true],
                "inner": ["deep": ["deeper": .dateTime(milliseconds: -1)]],
            ]
            let found = try await database.pool.run { (client) throws(MongoError) in
                try client.insert(thing, into: things)
                return try client.find(things, ["_id": "a"])
            }
            #expect(found == [thing])
        }
    }

    @Test func `find heeds filter, sort, limit and projection`() async throws {
        try await TestDatabase.with { database in
            let things = database.collection("things")
            let found = try await database.pool.run { (client) throws(MongoError) in
                try client.bulkWrite(things, numbered(0..<10))
                return try client.find(
                    things,
                    ["_id": ["$gte": 3]],
                    options: ["sort": ["_id": -1], "limit": 2, "projection": ["double": 1]]
                )
            }
            #expect(found == [["_id": 9, "double": 18], ["_id": 8, "double": 16]])
        }
    }

    @Test func `a reader may have enough before the end`() async throws {
        try await TestDatabase.with { database in
            let things = database.collection("things")
            let (seen, first, none) = try await database.pool.run { (client) throws(MongoError) in
                try client.bulkWrite(things, numbered(0..<300))
                var seen: [BSONDocument] = []
                let options: BSONDocument = ["sort": ["_id": 1], "batchSize": 2]
                try client.find(things, options: options) { document in
                    seen.append(document)
                    return seen.count < 5
                }
                let first = try client.findOne(things, options: ["sort": ["_id": -1]])
                return (seen, first, try client.findOne(things, ["_id": "none"]))
            }
            #expect(seen.map { $0["_id"] } == [0, 1, 2, 3, 4])
            #expect(first?["_id"] == 299)
            #expect(none == nil)
        }
    }

    @Test func `pipelines run over a collection`() async throws {
        try await TestDatabase.with { database in
            let things = database.collection("things")
            let sums = try await database.pool.run { (client) throws(MongoError) in
                try client.bulkWrite(things, numbered(1..<5))
                var sums: [BSONDocument] = []
                let sum: BSONDocument = ["$group": ["_id": nil, "sum": ["$sum": "$double"]]]
                try client.aggregate(things, [sum]) { document in
                    sums.append(document)
                    return true
                }
                return sums
            }
            #expect(sums == [["_id": nil, "sum": 20]])
        }
    }

    @Test func `a bulk says what it did`() async throws {
        try await TestDatabase.with { database in
            let things = database.collection("things")
            let (result, left) = try await database.pool.run { (client) throws(MongoError) in
                let result = try client.bulkWrite(
                    things,
                    numbered(0..<4) + [
                        .update(["_id": 0], ["$set": ["double": 1]]),
                        .update(["_id": 1], ["$set": ["double": 2]]),
                        .update(["_id": "new"], ["$set": ["double": 3]], upsert: true),
                        .update(["double": ["$gte": 4]], ["$inc": ["double": 1]], many: true),
                        .replace(["_id": 0], with: ["whole": ["": "new"]]),
                        .replace(["_id": "other"], with: ["x": 1], upsert: true),
                        .remove(["_id": 1]),
                        .remove(["_id": ["$in": [2, "other"]]], many: true),
                        .update(["_id": 3], .pipeline([["$set": ["now": "$$NOW"]]])),
                    ]
                )
                return (result, try client.find(things, options: ["sort": ["_id": 1]]))
            }
            #expect(result.inserted == 4)
            #expect(result.matched == 6)
            #expect(result.modified == 5)
            #expect(result.removed == 3)
            #expect(result.upserted == [6: "new", 9: "other"])
            #expect(result.refusals.isEmpty)
            #expect(left.map { $0["_id"] } == [0, 3, "new"])
            #expect(left.first == ["_id": 0, "whole": ["": "new"]])
            #expect(left.dropFirst().first?["now"]?.dateValue != nil)
        }
    }

    @Test func `an empty bulk is nothing`() async throws {
        try await TestDatabase.with { database in
            let things = database.collection("things")
            let result = try await database.pool.run { (client) throws(MongoError) in
                try client.bulkWrite(things, [])
            }
            #expect(result.inserted == 0)
        }
    }

    @Test(arguments: [true, false])
    func `a bulk says what was refused`(ordered: Bool) async throws {
        try await TestDatabase.with { database in
            let things = database.collection("things")
            let twins: [MongoWrite] = [0, 1, 1, 2, 0, 3].map { .insert(["_id": $0]) }
            let error = try await #require(throws: MongoError.self) {
                try await database.pool.run { (client) throws(MongoError) in
                    try client.bulkWrite(things, twins, ordered: ordered)
                }
            }
            #expect(error.isDuplicateKey)
            #expect(!error.isOutcomeUnknown)
            #expect(!error.isRetryable)
            let bulk = try #require(error.bulk)
            #expect(bulk.inserted == (ordered ? 2 : 4))
            #expect(bulk.refusals.map(\.index) == (ordered ? [2] : [2, 4]))
            #expect(bulk.refusals.allSatisfy { $0.code == 11000 && $0.message.contains("E11000") })
        }
    }

    @Test func `a document is found and changed in one step`() async throws {
        try await TestDatabase.with { database in
            let things = database.collection("things")
            let results = try await database.pool.run { (client) throws(MongoError) in
                try client.bulkWrite(things, numbered(0..<3))
                let add: MongoModification = .update(["$inc": ["double": 1]])
                return [
                    try client.findAndModify(things, ["_id": 1], add),
                    try client.findAndModify(things, ["_id": 1], add, returning: .before),
                    try client.findAndModify(things, ["_id": "none"], add),
                    try client.findAndModify(
                        things,
                        [:],
                        .remove,
                        options: ["sort": ["_id": -1], "fields": ["double": 1, "_id": 0]]
                    ),
                    try client.findAndModify(
                        things,
                        ["_id": "lease"],
                        .update(.pipeline([["$set": ["x": ["$add": [1, 2]]]]]), upsert: true)
                    ),
                ]
            }
            #expect(
                results == [
                    ["_id": 1, "double": 3], ["_id": 1, "double": 3], nil, ["double": 4],
                    ["_id": "lease", "x": 3],
                ]
            )
        }
    }

    @Test func `every operation says how durable it is to be`() async throws {
        // The URI asks for less; what is promised counts for more.
        let less = "&readConcernLevel=local&readPreference=secondaryPreferred&w=1&journal=false"
        let uri = try #require(ReplicaSet.sharedURI) + less
        try await TestDatabase.with(uri: uri) { database in
            let things = database.collection("things")
            let name = database.name
            let commands = try await database.pool.run { (client) throws(MongoError) in
                try client.command(["create": "things"], database: name, kind: .write)
                try client.command(["profile": 2], database: name)
                try client.insert(["_id": 1], into: things)
                _ = try client.findAndModify(things, ["_id": 1], .update(["$set": ["x": 2]]))
                _ = try client.find(things)
                try client.aggregate(things, [["$match": ["x": 2]]]) { _ in true }
                try client.command(["distinct": "things", "key": "x"], database: name, kind: .read)
                try client.command(["profile": 0], database: name)
                return try client.find(
                    MongoNamespace(name, "system.profile"),
                    ["ns": .string(things.description)],
                    options: ["sort": ["$natural": 1]]
                ).compactMap { $0["command"]?.documentValue }
            }
            var concerns: [String: Bool] = [:]
            for command in commands {
                let write = command["writeConcern"]?.documentValue
                let read = command["readConcern"]?.documentValue
                concerns[command.map(\.key).first ?? ""] =
                    write?["w"] == "majority" && write?["j"] == true && write?["wtimeout"] == nil
                    || read?["level"] == "majority"
                #expect(
                    command["$readPreference"]?.documentValue?["mode"] ?? "primary" == "primary"
                )
            }
            // Updates and removals, which go the same way, are not shown whole in a profile.
            for name in ["insert", "find", "aggregate", "distinct"] {
                #expect(concerns[name] == true, "\(name)")
            }
            #expect(concerns["findAndModify"] ?? concerns["findandmodify"] == true)
        }
    }

    @Test func `a command's failure is the server's`() async throws {
        try await TestDatabase.with { database in
            let name = database.name
            let error = try await #require(throws: MongoError.self) {
                try await database.pool.run { (client) throws(MongoError) in
                    try client.command(["noSuchCommand": 1], database: name)
                }
            }
            #expect(error.domain == .server)
            #expect(error.code == 59)
            #expect(error.message.contains("noSuchCommand"))
            #expect(!error.isRetryable && !error.isOutcomeUnknown)
        }
    }

    @Test func `what is no document is refused before it is sent`() async throws {
        try await TestDatabase.with { database in
            let things = database.collection("things")
            let error = try await #require(throws: MongoError.self) {
                try await database.pool.run { (client) throws(MongoError) in
                    try client.insert(BSONDocument(bytes: [9, 0, 0, 0, 0]), into: things)
                }
            }
            #expect(error.domain == .misuse)
        }
    }
}

/// Inserts of `{_id: n, double: 2n}`.
func numbered(_ range: Range<Int64>) -> [MongoWrite] {
    range.map { .insert(["_id": .int64($0), "double": .int64(2 * $0)]) }
}
