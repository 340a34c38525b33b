import Foundation
import JobModel
import JobStorage
import Logging
import Mongo
import MongoStorage
import TestSupport
import Testing

@Suite("Opening a MongoDB database", .timeLimit(.minutes(6)))
struct MongoOpeningTests {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test("Opened again, everything is as it was")
    func reopening() async throws {
        try await withMongoDatabase { database in
            let jobs = try FindTests.randomJobs(50, seed: 3)
            var position: StorePosition?
            try await database.withStore(rememberedRemovals: 2) { store in
                _ = try await store.commit(jobs.map { .insert($0) })
                _ = try await store.commit(jobs[0..<5].map { .remove($0.id, version: $0.version) })
                position = try await store.position()
            }
            #expect(position?.horizon != 0, "something was forgotten")
            try await database.withStore { store in
                let left = try await store.jobs(after: nil, limit: 100)
                #expect(left == Array(jobs[5...]))
                let next = try await store.commit([.insert(try makeJob("next"))])
                #expect(next == 56)
            }
        }
    }

    @Test("Of stores that have been open only the latest are remembered")
    func forgottenStores() async throws {
        func stores(_ database: TestDatabase) async throws -> Int {
            let history = try await database.document("history", in: "jobsync")
            return history?["commits"]?.documentValue?.reduce(0) { count, _ in count + 1 } ?? 0
        }
        try await withMongoDatabase { database in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<40 {
                    group.addTask {
                        try await database.withStore { store in
                            _ = try await store.commit([.insert(try makeJob("j\(index)"))])
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await database.withStore { store in
                let remembered = try await stores(database)
                #expect(remembered == 32)
                _ = try await store.commit([.insert(try makeJob("last"))])
                #expect(try await stores(database) == 33)
            }
        }
    }

    @Test("Several that open a new database at once agree on one history")
    func together() async throws {
        try await withMongoDatabase { database in
            try await database.insert([ForeignDocumentTests.seed], into: "jobs")
            let positions = try await withThrowingTaskGroup(of: StorePosition?.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        var position: StorePosition?
                        try await database.withStore { position = try await $0.position() }
                        return position
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(positions.count == 1)
            #expect(positions.first??.seq == 1)
        }
    }

    @Test("A history that was lost begins anew behind what there is")
    func lostHistory() async throws {
        try await withMongoDatabase { database in
            var before: StorePosition?
            try await database.withStore { store in
                _ = try await store.commit([.insert(try makeJob("a")), .insert(try makeJob("b"))])
                _ = try await store.commit([.remove(try makeJob("a").id, version: 0)])
                before = try await store.position()
            }
            try await database.remove("history", from: "jobsync")
            try await database.withStore { store in
                let position = try await store.position()
                #expect(position.epoch != before?.epoch)
                #expect(position.seq == 3)
                #expect(position.horizon == 3)
                #expect(try await store.commit([.insert(try makeJob("c"))]) == 4)
            }
        }
    }

    // MARK: Refused

    @Test("What a later version wrote is left as it is")
    func newer() async throws {
        try await withMongoDatabase { database in
            try await database.withStore { _ = try await $0.commit([.insert(try makeJob("a"))]) }
            try await database.update("history", in: "jobsync", ["$set": ["format": 2]])
            let error = await #expect(throws: MongoStoreError.self) {
                try await MongoJobStore.open(database.uri, logger: Self.silent)
            }
            #expect(error?.description.contains("later version of Jobsync (format 2") == true)
        }
    }

    @Test(
        "Neither a password nor more than one line is ever told",
        arguments: [
            "mongodb://ada:topsecret@127.0.0.1:1/?serverSelectionTimeoutMS=200",
            "mongodb://ada:topsecret@",
            "mongodb://ada:topsecret@127.0.0.1:1/?nonsense=topsecret&w=-7",
            "mongodb://ada:top/secret@127.0.0.1:1/",
            "http://ada:topsecret@127.0.0.1:1/",
        ]
    )
    func password(uri: String) async throws {
        let lines = LogLines()
        let error = await #expect(throws: MongoStoreError.self) {
            try await MongoJobStore.open(uri, logger: lines.logger)
        }
        let text = error?.description ?? ""
        #expect(!text.isEmpty)
        for line in lines.all + [text] {
            #expect(!line.contains("secret"))
            #expect(!line.contains("\n"))
        }
    }

    @Test("A wrong password is told as such")
    func denied() async throws {
        guard let uri = ReplicaSet.sharedURI else {
            try Test.cancel("there is no mongod: scripts/setup --tests fetches one")
        }
        let error = await #expect(throws: MongoStoreError.self) {
            try await MongoJobStore.open(
                uri.replacing("mongodb://", with: "mongodb://ada:topsecret@"),
                logger: Self.silent
            )
        }
        guard case .denied = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.description.contains("topsecret") == false)
    }

    @Test("A server that is alone is refused in one clear line")
    func standalone() async throws {
        try await withStandaloneServer { uri in
            let error = await #expect(throws: MongoStoreError.self) {
                try await MongoJobStore.open(uri, logger: Self.silent)
            }
            let text = error?.description ?? ""
            #expect(text.contains("is no replica set; start mongod with --replSet"), "\(text)")
        }
    }

    // MARK: Feeds that break

    @Test("A feed ends when the history does", arguments: ["drop", "remove", "replace"])
    func feedEnds(how: String) async throws {
        try await withMongoDatabase { database in
            try await database.withStore { store in
                _ = try await store.commit([.insert(try makeJob("a"))])
                try await store.withFeed { feed in
                    switch how {
                    case "drop": try await database.drop()
                    case "remove": try await database.remove("history", from: "jobsync")
                    default:
                        try await database.update(
                            "history",
                            in: "jobsync",
                            ["$set": ["epoch": "other"]]
                        )
                    }
                    await #expect(throws: JobStoreError.self) {
                        while true { _ = try await feed.next() }
                    }
                }
            }
        }
    }

    @Test("Searches use an index instead of looking at every job")
    func indexes() async throws {
        try await withMongoDatabase { database in
            try await database.withStore { store in
                _ = try await store.commit(
                    try FindTests.randomJobs(300, seed: 5).map { .insert($0) }
                )
                let jobs = database.collection("jobs")
                let filters: [BSONDocument] = [
                    ["order.added": ["$gte": .int64(.min)]],
                    ["state": "waiting", "order.added": ["$gte": .int64(.min)]],
                    ["task": "nuvs", "order.added": ["$gte": .int64(.min)]],
                    ["username": "ada", "order.added": ["$gte": .int64(.min)]],
                    ["archived": false, "seq": ["$gt": 17]],
                    ["archived": ["$in": [true, false, nil]], "seq": nil],
                    ["archived": ["$nin": [true, false, nil]], "seq": nil],
                ]
                for filter in filters {
                    let plan = try await database.pool.run { (client) throws(MongoError) in
                        try client.command(
                            [
                                "explain": [
                                    "find": .string(jobs.collection), "filter": .document(filter),
                                ],
                                "verbosity": "queryPlanner",
                            ],
                            database: jobs.database
                        )
                    }
                    let winner = plan["queryPlanner"]?.documentValue?["winningPlan"]
                    #expect(winner?.description.contains("IXSCAN") == true, "\(filter)")
                }
            }
        }
    }
}

/// Runs a test on a mongod that belongs to no replica set; skips it where there is none.
private func withStandaloneServer(_ body: (String) async throws -> Void) async throws {
    guard ReplicaSet.canStart, let mongod = ReplicaSet.mongod else {
        try Test.cancel("there is no mongod: scripts/setup --tests fetches one")
    }
    try await withTemporaryFolder { folder in
        let port = Int.random(in: 20_000..<30_000)
        let process = Process()
        process.executableURL = URL(filePath: mongod)
        process.arguments = [
            "--bind_ip", "127.0.0.1", "--port", "\(port)", "--dbpath", folder, "--nounixsocket",
            "--wiredTigerCacheSizeGB", "0.25",
        ]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        defer {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        try await body("mongodb://127.0.0.1:\(port)/?serverSelectionTimeoutMS=30000")
    }
}
