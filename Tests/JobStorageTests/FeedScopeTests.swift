import JobModel
import JobStorage
import Mongo
import MongoStorage
import TestSupport
import Testing

/// A feed has the database tell it as little as it can: these tests see to it that its reader hears
/// the same all the time.
@Suite(
    "What a feed has the database tell",
    .enabled(if: ReplicaSet.isAvailable, "there is no mongod"),
    .timeLimit(.minutes(6))
)
struct FeedScopeTests {
    /// More commits than it takes until a store is believed to make all live jobs.
    private static let run = 40

    @Test("A store that makes all jobs is not told of them, and tells the same as before")
    func ownCommits() async throws {
        try await withMongoDatabase { database in
            try await withTwoFeeds(of: database) { here, there in
                var jobs = try await here.lead(Self.run, "a")
                #expect(try await database.isToldOfJobs() == [false, true])

                // Others archive and remove; positions between its own.
                let (a, b) = (jobs[0].moved(to: .complete), jobs[1].moved(to: .complete))
                _ = try await here.commit([.update(a), .update(b)])
                _ = try await there.commit([.update(a.put())])
                jobs += try await here.lead(2, "b")
                _ = try await there.commit([.remove(b.id, version: b.version)])
                jobs += try await here.lead(2, "c")
                // One commit leaves both kinds.
                _ = try await here.commit([
                    .insert(try makeJob("d")), .remove(jobs[3].id, version: 0),
                ])
                try await expectSame(here, there)
                #expect(try await database.isToldOfJobs() == [false, true])
            }
        }
    }

    @Test("When another store begins to make jobs, nothing is left out")
    func turns() async throws {
        try await withMongoDatabase { database in
            try await withTwoFeeds(of: database) { here, there in
                for turn in 0..<3 {
                    _ = try await here.lead(Self.run, "a\(turn)")
                    let waiting = try await there.lead(Self.run, "b\(turn)")
                    _ = try await here.commit([.update(waiting[0].moved(to: .running))])
                }
                try await expectSame(here, there)
            }
        }
    }

    @Test("A new store that numbers jobs of another program is heard of")
    func numbering() async throws {
        try await withMongoDatabase { database in
            try await withTwoFeeds(of: database) { here, there in
                _ = try await here.lead(Self.run, "a")
                try await database.insert([ForeignDocumentTests.seed], into: "jobs")
                try await database.withStore { _ in }
                _ = try await here.lead(1, "b")
                try await expectSame(here, there)
                let heard = await here.heard.flatMap(\.changes)
                let foreign = heard.filter { change in
                    if case .live(let job) = change.content { job.id == "4c530449" } else { false }
                }
                #expect(foreign.count == 1)
            }
        }
    }

    @Test(
        "A commit whose outcome was long unknown is told once",
        arguments: [Failpoint.closeConnection(on: ["commitTransaction"], times: 2)]
    )
    func unknownOutcome(failpoint: Failpoint) async throws {
        try await withMongoDatabase { database in
            try await withTwoFeeds(of: database) { here, there in
                _ = try await here.lead(Self.run, "a")
                try await failpoint.hit(database.storeName) {
                    _ = try await here.commit([.insert(try makeJob("b"))])
                }
                _ = try await here.lead(2, "c")
                try await expectSame(here, there)
            }
        }
    }

    @Test("Documents that cannot be looked up at once are told later")
    func lookup() async throws {
        try await withMongoDatabase { database in
            try await database.withStore { store in
                try await store.withFeed { feed in
                    let job = try makeJob("a")
                    _ = try await store.commit([.insert(job)])
                    _ = try await feed.events(upTo: 1)
                    _ = try await store.commit([.update(job.moved(to: .running))])
                    let fault = Failpoint.closeConnection(on: ["find"], times: 3)
                    let events = try await fault.hit(database.storeName) {
                        try await feed.events(upTo: 2)
                    }
                    let running = StoredChange(seq: 2, content: .live(job.moved(to: .running)))
                    #expect(events.flatMap(\.changes) == [running])
                }
            }
        }
    }

    // MARK: Two servers

    /// A store whose feed is read all the time.
    private actor Listener {
        let store: MongoJobStore
        private let feed: any StoreFeed
        private(set) var heard: [StoreEvent] = []

        init(_ store: MongoJobStore, _ feed: any StoreFeed) {
            self.store = store
            self.feed = feed
        }

        func commit(_ changes: [JobChange]) async throws -> Int { try await store.commit(changes) }

        /// Makes jobs, each in a commit of its own, and hears of them.
        func lead(_ count: Int, _ name: String) async throws -> [Job] {
            var jobs: [Job] = []
            for number in 0..<count {
                let job = try makeJob("\(name)-\(number)")
                let seq = try await store.commit([.insert(job)])
                try await listen(upTo: seq)
                jobs.append(job)
            }
            return jobs
        }

        func listen(upTo seq: Int) async throws {
            while (heard.last { $0.upTo != nil }?.upTo ?? 0) < seq {
                heard += try await feed.next()
            }
        }
    }

    private func withTwoFeeds(
        of database: TestDatabase,
        _ body: (Listener, Listener) async throws -> Void
    ) async throws {
        try await database.withStore { first in
            try await database.withStore { second in
                try await first.withFeed { here in
                    try await second.withFeed { there in
                        try await body(Listener(first, here), Listener(second, there))
                    }
                }
            }
        }
    }

    /// Checks that both have heard the same in the same order, and all of it.
    private func expectSame(_ here: Listener, _ there: Listener) async throws {
        let end = try await here.store.position().seq
        try await here.listen(upTo: end)
        try await there.listen(upTo: end)
        let (mine, theirs) = (await here.heard, await there.heard)
        #expect(mine.map(\.upTo) == theirs.map(\.upTo))
        var view = JobView()
        for event in mine { view.apply(event.changes) }
        var other = JobView()
        for event in theirs { other.apply(event.changes) }
        var truth = JobView()
        truth.apply(try await here.store.changes(after: 0, limit: .max))
        #expect(view.jobs == truth.jobs)
        #expect(other.jobs == truth.jobs)
    }
}

extension TestDatabase {
    /// Of each change stream on the database whether it is told of jobs, those who are not first.
    fileprivate func isToldOfJobs() async throws -> [Bool] {
        let pipeline: [BSONDocument] = [
            ["$currentOp": ["idleCursors": true, "allUsers": true]],
            [
                "$match": [
                    "ns": .string("\(name).$cmd.aggregate"),
                    "$or": [["type": "idleCursor"], ["command.getMore": ["$exists": true]]],
                ]
            ],
        ]
        let reply = try await pool.run { (client) throws(MongoError) in
            try client.command(
                [
                    "aggregate": 1, "pipeline": .array(pipeline.map { .document($0) }),
                    "cursor": [:],
                ],
                database: "admin"
            )
        }
        let found = reply["cursor"]?.documentValue?["firstBatch"]?.arrayValue ?? []
        let told = found.compactMap(\.documentValue).map { operation in
            "\(operation["cursor"] ?? nil)".contains("\"jobs\"")
        }
        return told.sorted { !$0 && $1 }
    }
}
