import Foundation
import GRDB
import JSON
import JobModel
import JobStorage
import Synchronization
import Testing

@testable import SQLiteStorage

@Suite("The store in SQLite", .timeLimit(.minutes(6)))
struct SQLiteJobStoreTests {
    @Test("A commit is synced in full, into a write-ahead log")
    func durability() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/jobs.sqlite"
            // Twice: GRDB sets its own value whenever a file is opened.
            for _ in 0..<2 {
                let store = try await SQLiteJobStore.open(at: path)
                let found = Mutex<[String: String]>([:])
                try await store.write { db in
                    for name in ["synchronous", "journal_mode", "application_id", "user_version"] {
                        let value = try String.fetchOne(db, sql: "PRAGMA \(name)")
                        found.withLock { $0[name] = value }
                    }
                }
                #expect(
                    found.withLock { $0 } == [
                        "synchronous": "2", "journal_mode": "wal",
                        "application_id": "\(0x4A53_594E)", "user_version": "2",
                    ]
                )
                await store.close()
            }
        }
    }

    @Test("Files can be read by their owner only, and closing leaves one, its mark and the lock")
    func files() async throws {
        try await withTemporaryFolder { folder in
            let store = try await SQLiteJobStore.open(at: folder + "/jobs.sqlite")
            _ = try await store.commit([.insert(try makeJob("a"))])
            _ = try await store.find(JobQuery())
            let open = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            #expect(
                open == [
                    "jobs.sqlite", "jobs.sqlite-shm", "jobs.sqlite-wal", "jobs.sqlite.lock",
                    "jobs.sqlite.mark",
                ]
            )
            for name in open {
                let attributes = try FileManager.default.attributesOfItem(
                    atPath: folder + "/" + name
                )
                #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600, "\(name)")
            }
            await store.close()
            let closed = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            #expect(closed == ["jobs.sqlite", "jobs.sqlite.lock", "jobs.sqlite.mark"])
        }
    }

    @Test("Closing leaves all in one file, also right after many have read")
    func closedAfterReads() async throws {
        try await withTemporaryFolder { folder in
            for number in 0..<20 {
                let store = try await SQLiteJobStore.open(at: folder + "/jobs.sqlite")
                _ = try await store.commit([.insert(try makeJob("j\(number)"))])
                try await withThrowingTaskGroup { group in
                    for _ in 0..<8 { group.addTask { _ = try await store.find(JobQuery()) } }
                    try await group.waitForAll()
                }
                await store.close()
                let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
                #expect(files == ["jobs.sqlite", "jobs.sqlite.lock", "jobs.sqlite.mark"])
            }
        }
    }

    @Test("Whoever looks for a job finds what was committed before, however many look")
    func lookups() async throws {
        try await withTemporaryFolder { folder in
            let store = try await SQLiteJobStore.open(at: folder + "/jobs.sqlite")
            try await withThrowingTaskGroup { group in
                for number in 0..<200 {
                    group.addTask {
                        let job = try makeJob("j\(number)")
                        #expect(try await store.job(job.id) == nil)
                        _ = try await store.commit([.insert(job)])
                        #expect(try await store.job(job.id) == job)
                    }
                }
                try await group.waitForAll()
            }
            await store.close()
        }
    }

    @Test("Opened again, everything is as it was", arguments: [true, false])
    func reopening(cleanly: Bool) async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/jobs.sqlite"
            let store = try await SQLiteJobStore.open(at: path, rememberedRemovals: 2)
            let jobs = try FindTests.randomJobs(50, seed: 3)
            _ = try await store.commit(jobs.map { .insert($0) })
            _ = try await store.commit(jobs[0..<5].map { .remove($0.id, version: $0.version) })
            try await store.save(["nuvs": 4], as: "limits")
            let position = try await store.position()
            let changes = try await store.changes(after: 0, limit: .max)
            let page = try await store.find(JobQuery(limit: 1000))
            #expect(position.horizon > 0)

            var reopenedPath = path
            if cleanly {
                await store.close()
            } else {
                // What a crash leaves: the file and its log, as they are at this moment.
                reopenedPath = folder + "/copy.sqlite"
                for suffix in ["", "-wal"] {
                    try FileManager.default.copyItem(
                        atPath: path + suffix,
                        toPath: reopenedPath + suffix
                    )
                }
            }
            let reopened = try await SQLiteJobStore.open(at: reopenedPath, rememberedRemovals: 2)
            #expect(try await reopened.position() == position)
            #expect(try await reopened.changes(after: 0, limit: .max) == changes)
            #expect(try await reopened.find(JobQuery(limit: 1000)) == page)
            #expect(try await reopened.setting("limits") == ["nuvs": 4])
            #expect(try await reopened.commit([.insert(try makeJob("next"))]) == position.seq + 1)
            await reopened.close()
            if !cleanly { await store.close() }
        }
    }

    @Test("On a full disk certainly nothing is written, and the store goes on when there is room")
    func fullDisk() async throws {
        try await withTemporaryFolder { folder in
            let store = try await SQLiteJobStore.open(at: folder + "/jobs.sqlite")
            _ = try await store.commit([.insert(try makeJob("a"))])
            try await store.write { db in
                let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
                try db.execute(sql: "PRAGMA max_page_count = \(pages)")
            }
            let big = try makeJob("b", args: ["x": .string(String(repeating: "x", count: 100_000))])
            await #expect(throws: JobStoreError.notWritten("the disk is full")) {
                try await store.commit([.insert(big)])
            }
            #expect(try await store.position().seq == 1)
            #expect(try await store.job(big.id) == nil)
            try await store.write { try $0.execute(sql: "PRAGMA max_page_count = 100000") }
            #expect(try await store.commit([.insert(big)]) == 2)
            #expect(try await store.job(big.id) == big)
            await store.close()
        }
    }

    @Test("While the database is read-only certainly nothing is written")
    func readOnly() async throws {
        try await withTemporaryFolder { folder in
            let store = try await SQLiteJobStore.open(at: folder + "/jobs.sqlite")
            let job = try makeJob("a")
            try await store.write { try $0.execute(sql: "PRAGMA query_only = 1") }
            await #expect(throws: JobStoreError.notWritten("the database is read-only")) {
                try await store.commit([.insert(job)])
            }
            await store.close()
            let reopened = try await SQLiteJobStore.open(at: folder + "/jobs.sqlite")
            #expect(try await reopened.commit([.insert(job)]) == 1)
            await reopened.close()
        }
    }

    @Test("A document that somebody spoilt is named")
    func spoiltDocument() async throws {
        try await withTemporaryFolder { folder in
            let store = try await SQLiteJobStore.open(at: folder + "/jobs.sqlite")
            let job = try makeJob("abc")
            _ = try await store.commit([.insert(job)])
            try await store.write { try $0.execute(sql: "UPDATE jobs SET doc = '{}'") }
            let error = await #expect(throws: JobStoreError.self) { try await store.job(job.id) }
            #expect(
                error
                    == .unavailable(
                        "the document of job abc cannot be read: _id: expected a string"
                    )
            )
            await store.close()
        }
    }

    @Test("Searches use an index instead of looking at every job")
    func indexes() async throws {
        try await withTemporaryFolder { folder in
            let store = try await SQLiteJobStore.open(at: folder + "/jobs.sqlite")
            let filters = [
                JobFilter(), JobFilter(tasks: ["a"]), JobFilter(states: [.waiting]),
                JobFilter(usernames: ["u"]),
                JobFilter(ids: [try makeJob("x").id, try makeJob("y").id]),
            ]
            for filter in filters {
                let search = try JobSearch(
                    JobQuery(
                        filter: filter,
                        after: JobPage.Mark(date: dawn, id: makeJob("m").id)
                    )
                )
                try await store.write { db in
                    let plan = try Row.fetchAll(
                        db,
                        sql: "EXPLAIN QUERY PLAN " + search.sql,
                        arguments: search.arguments
                    ).map { String($0["detail"] ?? "") }
                    #expect(
                        plan.contains { $0.hasPrefix("SEARCH jobs USING INDEX") },
                        "\(search.sql): \(plan)"
                    )
                }
            }
            await store.close()
        }
    }
}
