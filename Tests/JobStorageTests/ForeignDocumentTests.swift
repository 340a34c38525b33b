import JSON
import JobModel
import JobStorage
import Logging
import Mongo
import MongoStorage
import Synchronization
import TestSupport
import Testing

@Suite("Documents that other programs and people wrote", .timeLimit(.minutes(6)))
struct ForeignDocumentTests {
    /// A job as the seed wrote it: nothing of ours beside it.
    static let seed: BSONDocument = [
        "_id": "4c530449", "_version": .int32(2), "task": "nuvs",
        "args": [
            "sample_id": "8fhd7s2k", "username": "igboyes", "index": .int32(3),
            "created_at": .dateTime(milliseconds: 1_472_125_701_100), "weight": 0.5,
        ],
        "proc": .int32(6), "mem": .int32(16), "username": "igboyes", "archived": false,
        "status": [
            [
                "state": "waiting", "stage": nil, "error": nil, "progress": .int32(0),
                "date": .dateTime(milliseconds: 1_472_125_702_375),
            ],
            [
                "state": "error", "stage": "map", "error": false, "progress": 0.333,
                "date": .dateTime(milliseconds: 1_472_125_703_000),
            ],
        ],
        "note": "written by hand",
        "_extra": ["deep": [1, .objectID([UInt8](repeating: 7, count: 12))]],
    ]

    static func seed(changing changes: [String: BSONValue?]) -> BSONDocument {
        BSONDocument { writer in
            for (key, value) in seed {
                if let change = changes[key] {
                    if let change { writer.append(change, for: key) }
                } else {
                    writer.append(value, for: key)
                }
            }
            for (key, change) in changes where seed[key] == nil {
                if let change { writer.append(change, for: key) }
            }
        }
    }

    @Test("A job of the seed is taken into the history, and none of it is lost")
    func seedJob() async throws {
        try await withMongoDatabase { database in
            try await database.insert([Self.seed], into: "jobs")
            try await database.withStore { store in
                #expect(try await store.position().seq == 1)
                let changes = try await store.changes(after: 0, limit: 10)
                guard case .live(let job) = changes.first?.content else {
                    Issue.record("\(changes)")
                    return
                }
                #expect(job.version == 2)
                #expect(job.state == .error)
                #expect(job.added == Timestamp("2016-08-25T11:48:22.375Z"))
                #expect(job.current.error == nil)
                #expect(job.current.stage == "map")
                #expect(job.args["created_at"] == "2016-08-25T11:48:21.100000Z")
                #expect(try await store.find(JobQuery()).jobs.map(\.id) == [job.id])
                #expect(
                    try await store.find(JobQuery(filter: JobFilter(states: [.error]))).jobs.count
                        == 1
                )
                let before = try await database.document("4c530449", in: "jobs")
                for (key, value) in Self.seed { #expect(before?[key] == value, "\(key)") }

                #expect(try await store.commit([.update(job.put())]) == 2)
                #expect(try await store.job(job.id) == job.put())
                let after = try await database.document("4c530449", in: "jobs")
                let changed: Set = ["_version", "archived", "status"]
                for (key, value) in Self.seed where !changed.contains(key) {
                    #expect(after?[key] == value, "\(key)")
                }
            }
            // A second time there is nothing left to number.
            try await database.withStore { store in
                let position = try await store.position()
                #expect(position.seq == 2)
            }
        }
    }

    static let odd: [(String, BSONDocument)] = [
        (
            "other types of numbers",
            seed(changing: [
                "_version": 2.0, "proc": .int64(6), "mem": 16.0,
            ])
        ),
        (
            "dates as text",
            seed(changing: [
                "status": [["state": "error", "date": "2016-08-25T11:48:22.375557Z"]]
            ])
        ),
        ("no version", seed(changing: ["_version": .some(nil)])),
        ("no user but in the arguments", seed(changing: ["username": .some(nil)])),
        ("no mark of the archive", seed(changing: ["archived": .some(nil)])),
        ("nulls", seed(changing: ["archived": .some(.null), "_version": .some(.null)])),
        ("no resources, yet ended", seed(changing: ["proc": .some(nil), "mem": .some(nil)])),
        ("no arguments", seed(changing: ["args": .some(nil)])),
        (
            "an error of text",
            seed(changing: [
                "status": [
                    [
                        "state": "error", "error": "Traceback", "progress": .int32(1),
                        "date": .dateTime(milliseconds: 0),
                    ]
                ]
            ])
        ),
    ]

    @Test("What has a meaning is read, and can be changed", arguments: odd.indices)
    func readable(index: Int) async throws {
        let (_, document) = Self.odd[index]
        try await withMongoDatabase { database in
            try await database.insert([document], into: "jobs")
            try await database.withStore { store in
                let page = try await store.find(JobQuery(filter: JobFilter(archived: false)))
                #expect(page.jobs.count == 1)
                let job = try #require(try await store.job("4c530449"))
                #expect(job.state == .error)
                let archived = job.put()
                _ = try await store.commit([.update(archived)])
                #expect(try await store.job(job.id) == archived)
                let after = try await database.document("4c530449", in: "jobs")
                #expect(after?["note"] == "written by hand")
                #expect(after?["args"] == document["args"])
            }
        }
    }

    static let senseless: [(String, BSONDocument)] = [
        ("task", seed(changing: ["task": .some(nil)])),
        ("_version", seed(changing: ["_version": "two"])),
        ("archived", seed(changing: ["archived": "no"])),
        ("args", seed(changing: ["args": 7])),
        ("status", seed(changing: ["status": []])),
        ("status", seed(changing: ["status": "done"])),
        ("status[0]", seed(changing: ["status": [1]])),
        ("status[0].state", seed(changing: ["status": [["state": "sleeping"]]])),
        ("status[0].date", seed(changing: ["status": [["state": "error", "date": "yesterday"]]])),
        (
            "proc",
            seed(changing: [
                "proc": .some(nil),
                "status": [["state": "waiting", "date": .dateTime(milliseconds: 0)]],
            ])
        ),
        ("_id", seed(changing: ["_id": .objectID([UInt8](repeating: 1, count: 12))])),
        ("_id", seed(changing: ["_id": "../etc"])),
    ]

    @Test(
        "What makes no sense is told once, skipped, and left as it is",
        arguments: senseless.indices
    )
    func unreadable(index: Int) async throws {
        let (field, document) = Self.senseless[index]
        try await withMongoDatabase { database in
            try await database.insert([document], into: "jobs")
            let lines = LogLines()
            try await database.withStore(logger: lines.logger) { store in
                let good = try (0..<10).map { try makeJob("j\($0)") }
                _ = try await store.commit(good.map { .insert($0) })
                // Pages are full although one document in the middle is skipped.
                #expect(try await store.jobs(after: nil, limit: 10) == good)
                #expect(try await store.jobs(after: nil, limit: 5) == Array(good.prefix(5)))
                #expect(try await store.changes(after: 0, limit: 100).count == 10)
                #expect(try await store.find(JobQuery(limit: 100)).jobs.count == 10)
                if let id = JobID(document["_id"]?.stringValue ?? "") {
                    await #expect(throws: JobStoreError.self) { try await store.job(id) }
                    await #expect(throws: JobStoreError.conflict(id)) {
                        try await store.commit([.insert(try makeJob(id.rawValue))])
                    }
                }
            }
            #expect(lines.all.count == 1, "\(lines.all)")
            #expect(lines.all.first?.contains(field) == true, "\(lines.all)")
            let id = try #require(document["_id"])
            #expect(try await database.document(id, in: "jobs") == document)
        }
    }

    @Test("A document that is spoilt while the store is open is skipped, and named when asked for")
    func spoilt() async throws {
        try await withMongoDatabase { database in
            try await database.withStore { store in
                let (a, b) = (try makeJob("a"), try makeJob("b"))
                _ = try await store.commit([.insert(a), .insert(b)])
                try await database.update("a", in: "jobs", ["$set": ["status": 7]])
                #expect(try await store.changes(after: 0, limit: 10).map(\.seq) == [2])
                let error = await #expect(throws: JobStoreError.self) { try await store.job(a.id) }
                #expect(
                    error
                        == .unavailable(
                            "the document of job a cannot be read: "
                                + "status: expected an array with an entry"
                        )
                )
            }
        }
    }

    @Test("What BSON cannot hold comes back all the same")
    func unholdable() async throws {
        try await withMongoDatabase { database in
            try await database.withStore { store in
                var deep: JSONValue = 1
                for _ in 0..<110 { deep = [deep] }
                let values: [JSONValue] = [
                    ["a\u{0}b": 1], ["$inc": ["x": 1]], ["list": [["$": 1]]], ["deep": deep],
                    ["": ["a.b": 1, "": nil]],
                ]
                for (index, value) in values.enumerated() {
                    let args = try #require(value.objectValue)
                    let job = try makeJob("j\(index)", args: args)
                    let ended = job.moved(to: .complete).after {
                        $0.conclude(result: value, usage: nil)
                    }
                    _ = try await store.commit([.insert(job)])
                    _ = try await store.commit([.update(ended)])
                    #expect(try await store.job(job.id) == ended)
                    try await store.save(value, as: "setting \(index)")
                    #expect(try await store.setting("setting \(index)") == value)
                    try await store.save("plain", as: "setting \(index)")
                    #expect(try await store.setting("setting \(index)") == "plain")
                    let other = ended.after { $0.conclude(result: "plain", usage: nil) }.put()
                    _ = try await store.commit([.update(other)])
                    #expect(try await store.job(job.id) == other)
                }
            }
        }
    }

    @Test("Documents look as they always have, with dates that others can read")
    func layout() async throws {
        try await withMongoDatabase { database in
            try await database.withStore { store in
                let date = dawn + .microseconds(1_234_567)
                _ = try await store.commit([.insert(try makeJob("a", at: date))])
                let document = try #require(try await database.document("a", in: "jobs"))
                let milliseconds = BSONValue.dateTime(milliseconds: 1_700_000_001_234)
                #expect(document["added"] == milliseconds)
                #expect(document["updated"] == milliseconds)
                #expect(document["_version"] == .int32(0))
                #expect(document["proc"] == .int32(1))
                #expect(document["args"] == ["file": "x.fa"])
                #expect(document["seq"] == .int64(1))
                #expect(
                    document["status"] == [
                        [
                            "stage": nil, "progress": 0.0, "error": nil, "state": "waiting",
                            "date": milliseconds, "micros": .int32(567),
                        ]
                    ]
                )
            }
        }
    }
}

/// Keeps what is logged.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    var logger: Logger {
        Logger(label: "test") { _ in Handler(lines: self) }
    }

    private struct Handler: LogHandler {
        let lines: LogLines
        var logLevel: Logger.Level = .warning
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.lines.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
        }
    }
}
