import Foundation
import GRDB
import JSON
import JobModel
import JobStorage
import Testing

@testable import SQLiteStorage

@Suite("What stands in SQLite and makes no sense", .timeLimit(.minutes(6)))
struct SetAsideTests {
    /// Changes a closed store's file as a broken disk would, or a person.
    private static func damage(_ path: String, _ sql: String, _ text: String) throws {
        let database = try DatabaseQueue(path: path)
        try database.write { try $0.execute(sql: sql, arguments: [text]) }
        try database.close()
    }

    private static func text(_ path: String, _ sql: String) throws -> String? {
        let database = try DatabaseQueue(path: path)
        defer { try? database.close() }
        return try database.read { try String.fetchOne($0, sql: sql) }
    }

    static let documents = [
        "", "{", "[]", "{}", #"{"_id":"b"}"#, "\u{FFFD}",
        #"{"_id":"a","_version":0,"task":"t","proc":1,"mem":1,"status":[{"state":"waiting","date":"2026-01-01T00:00:00Z"}]}"#,
        #"{"_id":"b","_version":0,"task":"t","proc":4611686018427387904,"mem":1,"status":[{"state":"waiting","date":"2026-01-01T00:00:00Z"}]}"#,
        #"{"_id":"b","_version":9223372036854775807,"task":"t","proc":1,"mem":1,"status":[{"state":"waiting","date":"2026-01-01T00:00:00Z"}]}"#,
        #"{"_id":"b","_version":0,"task":"t","proc":1,"mem":1,"status":[{"state":"waiting","date":"2026-13-01T00:00:00Z"}]}"#,
    ]

    @Test("A job that cannot be read hides no other, and is left as it is", arguments: documents)
    func jobs(document: String) async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/jobs.sqlite"
            let first = try await SQLiteJobStore.open(at: path)
            for id in ["a", "b", "c", "d"] {
                _ = try await first.commit([.insert(try makeJob(id))])
            }
            await first.close()
            try Self.damage(path, "UPDATE jobs SET doc = ? WHERE id = 'b'", document)
            let store = try await SQLiteJobStore.open(at: path)
            let ids: [JobID] = ["a", "c", "d"]
            let changes = try await store.changes(after: 0, limit: 3)
            #expect(changes.map(\.seq) == [1, 3, 4])
            #expect(try await store.jobs(after: nil, limit: 3).map(\.id) == ids)
            let page = try await store.find(JobQuery(sort: .added, limit: 2))
            #expect(page.jobs.map(\.id) == ["a", "c"])
            let rest = try await store.find(JobQuery(sort: .added, limit: 2, after: page.after))
            #expect(rest.jobs.map(\.id) == ["d"] && rest.after == nil)
            #expect(store.setAside.map(\.id) == ["b"])
            await #expect(throws: JobStoreError.self) { try await store.job("b") }
            await #expect(throws: JobStoreError.conflict("b")) {
                try await store.commit([.insert(try makeJob("b"))])
            }
            var job = try #require(try await store.job("c"))
            job.record(state: .cancelled, at: job.updated)
            #expect(try await store.commit([.update(job)]) == 5)
            await store.close()
            #expect(try Self.text(path, "SELECT doc FROM jobs WHERE id = 'b'") == document)
        }
    }

    @Test("A record and a setting that cannot be read hide no other")
    func recordsAndSettings() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/jobs.sqlite"
            let first = try await SQLiteJobStore.open(at: path)
            let reference = try #require(DataKey(.reference, "r"))
            for id in ["a", "b", "c"] {
                let key = try #require(DataKey(.index, id))
                let record = DataRecord(
                    key: key,
                    name: id,
                    uses: [reference],
                    username: "u",
                    created: Timestamp(microseconds: 0)
                )
                try await first.insert(record)
            }
            try await first.save(["add_host": 2], as: "task_limits")
            await first.close()
            try Self.damage(path, "UPDATE data SET record = ? WHERE id = 'b'", "{")
            try Self.damage(path, "UPDATE settings SET value = ?", "{")
            let store = try await SQLiteJobStore.open(at: path)
            let page = try await store.records(of: .index, after: nil, limit: 2)
            #expect(page.map(\.key.id) == ["a", "c"])
            #expect(try await store.users(of: reference).map(\.key.id) == ["a", "c"])
            let lost = try #require(DataKey(.index, "b"))
            await #expect(throws: DataStoreError.self) { try await store.record(lost) }
            let other = DataRecord(
                key: lost,
                name: "b",
                username: "u",
                created: Timestamp(microseconds: 0)
            )
            await #expect(throws: DataStoreError.conflict(lost)) { try await store.insert(other) }
            #expect(try await store.setting("task_limits") == nil)
            #expect(store.setAside.map(\.kind) == [.record, .setting])
            await store.close()
        }
    }

    @Test("A store that has lost changes is noticed and begins a new history")
    func lostLog() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/jobs.sqlite"
            let first = try await SQLiteJobStore.open(at: path)
            _ = try await first.commit([.insert(try makeJob("a"))])
            await first.close()
            let copy = try Data(contentsOf: URL(filePath: path))
            let second = try await SQLiteJobStore.open(at: path)
            let before = try await second.position()
            #expect(second.setAside.isEmpty)
            #expect(try await LostChanges(in: second) == nil)
            _ = try await second.commit([.insert(try makeJob("b")), .insert(try makeJob("c"))])
            await second.close()
            // As after a crash whose write-ahead log somebody has deleted.
            try copy.write(to: URL(filePath: path))
            let third = try await SQLiteJobStore.open(at: path)
            let after = try await third.position()
            #expect(after.epoch != before.epoch && after.seq == 1)
            #expect(third.setAside.map(\.kind) == [.history])
            // For whoever has not come to what follows from it when the next server starts.
            #expect(try await LostChanges(in: third) == LostChanges(seq: 1))
            #expect(third.setAside.first?.reason.contains("change 3") == true)
            #expect(try await third.commit([.insert(try makeJob("d"))]) == 2)
            await third.close()
            let fourth = try await SQLiteJobStore.open(at: path)
            #expect(
                try await fourth.position() == StorePosition(epoch: after.epoch, seq: 2, horizon: 0)
            )
            #expect(fourth.setAside.isEmpty)
            #expect(try await LostChanges(in: fourth) == LostChanges(seq: 1))
            await fourth.close()
        }
    }

    @Test(
        "A mark that is missing, cut off or forged is no hindrance",
        arguments: [
            nil, "", "{", #"{"epoch":1,"seq":2}"#, #"{"epoch":"x","seq":-9223372036854775809}"#,
            String(repeating: " ", count: 10_000),
        ]
    )
    func marks(text: String?) async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/jobs.sqlite"
            let first = try await SQLiteJobStore.open(at: path)
            _ = try await first.commit([.insert(try makeJob("a"))])
            let position = try await first.position()
            await first.close()
            let mark = URL(filePath: path + ".mark")
            try FileManager.default.removeItem(at: mark)
            if let text { try Data(text.utf8).write(to: mark) }
            let second = try await SQLiteJobStore.open(at: path)
            #expect(try await second.position() == position)
            #expect(second.setAside.isEmpty)
            await second.close()
        }
    }
}
