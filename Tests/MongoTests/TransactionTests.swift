import Mongo
import TestSupport
import Testing

@Suite(.enabled(if: ReplicaSet.isAvailable, "there is no mongod"), .timeLimit(.minutes(6)))
struct TransactionTests {
    @Test func `a transaction is seen when it is committed, and all of it`() async throws {
        try await TestDatabase.with { database in
            let (things, others) = (database.collection("things"), database.collection("others"))
            let (inside, outside, after) = try await database.pool.run {
                (client) throws(MongoError) in
                try client.bulkWrite(others, numbered(0..<2))
                return try client.withSession { (session) throws(MongoError) in
                    try session.startTransaction()
                    try client.bulkWrite(things, numbered(0..<3), session: session)
                    _ = try client.findAndModify(
                        others,
                        ["_id": 0],
                        .update(["$set": ["double": 7]]),
                        session: session
                    )
                    try client.bulkWrite(others, [.remove(["_id": 1])], session: session)
                    let inside = try client.find(things, session: session).count
                    let outside = try client.find(things).count
                    try session.commit()
                    return (inside, outside, try client.find(things) + client.find(others))
                }
            }
            #expect(inside == 3)
            #expect(outside == 0)
            #expect(after.map { $0["double"] } == [0, 2, 4, 7])
        }
    }

    @Test(arguments: [true, false])
    func `a transaction that is aborted or left open did nothing`(isAborted: Bool) async throws {
        try await TestDatabase.with { database in
            let things = database.collection("things")
            let (isOver, left) = try await database.pool.run { (client) throws(MongoError) in
                let isOver = try client.withSession { (session) throws(MongoError) in
                    try session.startTransaction()
                    try client.insert(["_id": 1], into: things, session: session)
                    if isAborted {
                        try session.abort()
                    }
                    return !session.isInTransaction
                }
                // Not held up by a lock of the other one's.
                try client.insert(["_id": 1, "second": true], into: things)
                return (isOver, try client.find(things))
            }
            #expect(isOver == isAborted)
            #expect(left == [["_id": 1, "second": true]])
        }
    }

    @Test func `whoever comes second to a document is told to begin anew`() async throws {
        try await TestDatabase.with { database in
            let things = database.collection("things")
            let add: [MongoWrite] = [.update(["_id": 1], ["$inc": ["double": 1]])]
            let (error, left) = try await database.pool.run { (client) throws(MongoError) in
                try client.bulkWrite(things, numbered(0..<2))
                var conflict: MongoError?
                try client.withSession { (first) throws(MongoError) in
                    try first.startTransaction()
                    try client.bulkWrite(things, add, session: first)
                    try client.withSession { (second) throws(MongoError) in
                        try second.startTransaction()
                        do throws(MongoError) {
                            try client.bulkWrite(things, add, session: second)
                        } catch {
                            conflict = error
                        }
                        try second.abort()
                    }
                    try first.commit()
                }
                return (conflict, try client.findOne(things, ["_id": 1]))
            }
            let conflict = try #require(error)
            #expect(conflict.isWriteConflict)
            #expect(conflict.isTransientTransaction)
            #expect(conflict.isRetryable)
            #expect(!conflict.isOutcomeUnknown)
            #expect(left?["double"] == 3)
        }
    }

    @Test func `a refusal within a transaction ends it`() async throws {
        try await TestDatabase.with { database in
            let things = database.collection("things")
            let (refusal, second, left) = try await database.pool.run {
                (client) throws(MongoError) in
                try client.insert(["_id": 1], into: things)
                var errors: [MongoError] = []
                try client.withSession { (session) throws(MongoError) in
                    try session.startTransaction()
                    let writes: [MongoWrite] = [.insert(["_id": 0]), .insert(["_id": 1])]
                    for _ in 0..<2 {
                        do throws(MongoError) {
                            try client.bulkWrite(things, writes, session: session)
                        } catch {
                            errors.append(error)
                        }
                    }
                    try session.abort()
                }
                return (errors.first, errors.last, try client.find(things).count)
            }
            #expect(refusal?.isDuplicateKey == true)
            #expect(refusal?.bulk?.refusals.map(\.index) == [1])
            #expect(refusal?.isTransientTransaction == false)
            // NoSuchTransaction: the server has aborted it already.
            #expect(second?.code == 251)
            #expect(second?.isTransientTransaction == true)
            #expect(left == 1)
        }
    }

    @Test func `committing twice is safe, and a session can be used again`() async throws {
        try await TestDatabase.with { database in
            let things = database.collection("things")
            let left = try await database.pool.run { (client) throws(MongoError) in
                try client.withSession { (session) throws(MongoError) in
                    for id: Int64 in 0..<3 {
                        try session.startTransaction()
                        let id: BSONDocument = ["_id": .int64(id)]
                        try client.insert(id, into: things, session: session)
                        try session.commit()
                        try session.commit()
                    }
                }
                return try client.find(things).count
            }
            #expect(left == 3)
        }
    }

    @Test func `calls in the wrong order are the caller's fault`() async throws {
        try await TestDatabase.with { database in
            let errors = try await database.pool.run { (client) throws(MongoError) in
                try client.withSession { (session) throws(MongoError) in
                    var errors = [failure(of: session.commit), failure(of: session.abort)]
                    try session.startTransaction()
                    errors.append(failure(of: session.startTransaction))
                    return errors.compactMap(\.self)
                }
            }
            #expect(errors.map(\.domain) == [.transaction, .transaction, .transaction])
            #expect(errors.allSatisfy { !$0.isRetryable && !$0.isOutcomeUnknown })
        }
    }
}

/// Why a call failed; nil if it did not.
func failure(of call: () throws(MongoError) -> Void) -> MongoError? {
    do throws(MongoError) {
        try call()
        return nil
    } catch {
        return error
    }
}
