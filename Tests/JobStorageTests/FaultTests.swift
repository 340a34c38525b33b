import Dispatch
import JSON
import JobModel
import JobStorage
import Mongo
import MongoStorage
import TestSupport
import Testing

// One after another, because a server has one failpoint only, and who waits for it uses up his time.
@Suite("A MongoDB server that fails on purpose", .serialized, .timeLimit(.minutes(6)))
struct FaultTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let make: @Sendable ([String]) -> Failpoint
    }

    static let faults = [
        Fault(testDescription: "closes the connection") { .closeConnection(on: $0) },
        Fault(testDescription: "closes the connection twice") {
            .closeConnection(on: $0, times: 2)
        },
        Fault(testDescription: "is not the primary") { .error(10107, on: $0) },
        Fault(testDescription: "is shutting down") { .error(91, on: $0) },
        Fault(testDescription: "cannot make it durable") { .writeConcernError(64, on: $0) },
        Fault(testDescription: "cannot make it durable twice") {
            .writeConcernError(64, on: $0, times: 2)
        },
        Fault(testDescription: "is slow") { .block(milliseconds: 700, on: $0) },
    ]

    @Test("A commit is made once, whatever happens to its commands", arguments: faults)
    func commit(fault: Fault) async throws {
        try await withMongoDatabase { database in
            // Every removal makes the one before it be forgotten, by further commands.
            try await database.withStore(rememberedRemovals: 1) { store in
                var seq = 0
                for command in ["insert", "update", "delete", "find", "commitTransaction"] {
                    let (a, b, c) = try (
                        makeJob("a-\(command)"), makeJob("b-\(command)"), makeJob("c-\(command)")
                    )
                    #expect(try await store.commit([.insert(a), .insert(b)]) == seq + 1)
                    let running = a.moved(to: .running)
                    let first = try await fault.make([command]).hit(database.storeName) {
                        try await store.commit([
                            .insert(c), .update(running), .remove(b.id, version: 0),
                        ])
                    }
                    #expect(first == seq + 3)
                    #expect(
                        try await store.changes(after: seq, limit: 10) == [
                            StoredChange(seq: seq + 3, content: .live(c)),
                            StoredChange(seq: seq + 4, content: .live(running)),
                            StoredChange(seq: seq + 5, content: .gone(b.id)),
                        ]
                    )
                    #expect(try await store.commit([.remove(c.id, version: 0)]) == seq + 6)
                    seq += 6
                    let position = try await store.position()
                    #expect(position.seq == seq)
                    #expect(position.horizon == seq - 1)
                }
            }
        }
    }

    @Test("A record is kept once, whatever happens to its commands", arguments: faults)
    func records(fault: Fault) async throws {
        try await withMongoDatabase { database in
            try await database.withStore { store in
                for command in ["update", "find"] {
                    let first = try record(.host, command, job: "j1")
                    try await fault.make([command]).hit(database.storeName) {
                        try await store.insert(first)
                    }
                    #expect(try await store.record(first.key) == first)
                    let other = try record(.host, command, job: "j2")
                    try await fault.make([command]).hit(database.storeName) {
                        _ = await #expect(throws: DataStoreError.conflict(first.key)) {
                            try await store.insert(other)
                        }
                    }
                    #expect(try await store.record(first.key) == first)
                }
                let key = try record(.host, "update").key
                try await fault.make(["delete"]).hit(database.storeName) {
                    try await store.remove(key)
                }
                #expect(try await store.record(key) == nil)
            }
        }
    }

    @Test("Conflicts are told truthfully in spite of faults", arguments: faults)
    func conflict(fault: Fault) async throws {
        try await withMongoDatabase { database in
            try await database.withStore { store in
                let a = try makeJob("a")
                #expect(try await store.commit([.insert(a)]) == 1)
                let failpoint = fault.make(["insert", "find", "commitTransaction"])
                try await failpoint.hit(database.storeName) {
                    _ = await #expect(throws: JobStoreError.conflict(a.id)) {
                        try await store.commit([.insert(a)])
                    }
                }
                #expect(try await store.position().seq == 1)
            }
        }
    }

    @Test("A server that is slower than our patience makes nothing twice")
    func tooSlow() async throws {
        try await withMongoDatabase { database in
            try await database.withStore(options: "&socketTimeoutMS=400") { store in
                let a = try makeJob("a")
                for (index, command) in ["commitTransaction", "insert", "update"].enumerated() {
                    let job = try makeJob("j\(index)")
                    let fault = Failpoint.block(milliseconds: 1200, on: [command])
                    let seq = try await fault.hit(database.storeName) {
                        try await store.commit([.insert(job)])
                    }
                    #expect(seq == index + 1)
                }
                #expect(try await store.commit([.insert(a)]) == 4)
                #expect(try await store.changes(after: 0, limit: 9).map(\.seq) == [1, 2, 3, 4])
            }
        }
    }

    // MARK: Doubt

    @Test("A commit that was made, though the server never says so, counts")
    func madeAfterAll() async throws {
        try await withMongoDatabase { database in
            try await database.withStore(commitPatience: .milliseconds(500)) { store in
                let fault = Failpoint.writeConcernError(
                    64,
                    on: ["commitTransaction"],
                    times: 10_000
                )
                let seq = try await fault.hit(database.storeName) {
                    try await store.commit([.insert(try makeJob("a"))])
                }
                #expect(seq == 1)
                #expect(try await store.commit([.insert(try makeJob("b"))]) == 2)
            }
        }
    }

    @Test("A commit that was not made stays undone, and its caller is told that it may not be")
    func notMade() async throws {
        try await withMongoDatabase { database in
            try await database.withStore(commitPatience: .milliseconds(500)) { store in
                let job = try makeJob("a")
                let fault = Failpoint.error(
                    50,
                    labels: ["UnknownTransactionCommitResult"],
                    on: ["commitTransaction"],
                    times: 10_000
                )
                try await fault.hit(database.storeName) {
                    let error = await #expect(throws: JobStoreError.self) {
                        try await store.commit([.insert(job)])
                    }
                    guard case .unavailable = error else {
                        Issue.record("\(String(describing: error))")
                        return
                    }
                }
                #expect(try await store.job(job.id) == nil)
                #expect(try await store.commit([.insert(job)]) == 1)
            }
        }
    }

    @Test("A transaction that somebody left open stands in nobody's way for long")
    func straggler() async throws {
        try await withMongoDatabase { database in
            try await database.withStore { store in
                #expect(try await store.commit([.insert(try makeJob("a"))]) == 1)
                let (isOpen, end) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
                let own = database.collection("jobsync")
                let dead = Task {
                    try await database.pool.run { (client) throws(MongoError) in
                        try client.withSession { (session) throws(MongoError) in
                            try session.startTransaction()
                            let update: BSONDocument = ["$set": ["seq": 99]]
                            try client.bulkWrite(
                                own,
                                [.update(["_id": "history"], update)],
                                session: session
                            )
                            isOpen.signal()
                            end.wait()
                        }
                    }
                }
                await withCheckedContinuation { isReady in
                    DispatchQueue.global().async {
                        isOpen.wait()
                        isReady.resume()
                    }
                }
                let lease = try await store.claimLease(SharedStoreContract.claim("a"))
                #expect(lease.owner == "a")
                #expect(try await store.commit([.insert(try makeJob("b"))], term: lease.term) == 2)
                end.signal()
                try await dead.value
                #expect(try await store.position().seq == 2)
            }
        }
    }

    // MARK: Other calls

    @Test("Leases, calls and reads go on in spite of faults", arguments: faults)
    func others(fault: Fault) async throws {
        try await withMongoDatabase { database in
            try await database.withStore { store in
                let job = try makeJob("a")
                _ = try await store.commit([.insert(job)])
                let call = HandedCall(id: "c", from: "a", method: "new", params: [1])
                for command in ["update", "find"] {
                    try await fault.make([command]).hit(database.storeName) {
                        try await store.handOver([call])
                        #expect(try await store.openCalls() == [call])
                        try await store.answer([CallAnswer(id: "c", to: "a", result: true)])
                        #expect(try await store.openCalls().isEmpty)
                        try await store.withdrawCalls(["c"])
                        try await store.save(1, as: "limit")
                        #expect(try await store.setting("limit") == 1)
                        #expect(try await store.job(job.id) == job)
                    }
                }
                for command in ["findAndModify", "update", "commitTransaction"] {
                    let lease = try await fault.make([command]).hit(database.storeName) {
                        try await store.claimLease(SharedStoreContract.claim("a"))
                    }
                    #expect(lease.owner == "a")
                    let next = try await store.commit([], term: lease.term)
                    #expect(next == 2, "the term of the lease is that of the commits")
                }
            }
        }
    }

    @Test("A feed goes on where it was", arguments: [1, 3])
    func feed(times: Int) async throws {
        try await withMongoDatabase { database in
            try await database.withStore { store in
                try await store.withFeed { feed in
                    let jobs = try (0..<5).map { try makeJob("j\($0)") }
                    _ = try await store.commit([.insert(jobs[0])])
                    var events = try await feed.events(upTo: 1)
                    let fault = Failpoint.closeConnection(
                        on: ["getMore", "aggregate"],
                        times: times
                    )
                    try await fault.hit(database.storeName) {
                        for job in jobs.dropFirst() { _ = try await store.commit([.insert(job)]) }
                        events += try await feed.events(upTo: 5)
                    }
                    #expect(events.flatMap(\.changes).map(\.seq) == [1, 2, 3, 4, 5])
                }
            }
        }
    }
}
