import Foundation
import GRDB
import JobModel
import JobStorage
import SQLiteStorage
import Testing

@Suite("Files that are not opened", .timeLimit(.minutes(6)))
struct StoreFileTests {
    /// Everything in a folder but the lock, byte for byte.
    static func contents(of folder: String) throws -> [String: Data] {
        try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { !$0.hasSuffix(".lock") }
            .reduce(into: [:]) { $0[$1] = FileManager.default.contents(atPath: "\(folder)/\($1)") }
    }

    static func makeStore(at path: String, jobs: Int = 200) async throws {
        let store = try await SQLiteJobStore.open(at: path)
        _ = try await store.commit(try (0..<jobs).map { .insert(try makeJob("j\($0)")) })
        await store.close()
    }

    /// Expects that a file is refused, with one line, and that nothing in its folder changes.
    static func expectRefused(
        _ path: String,
        saying part: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let folder = (path as NSString).deletingLastPathComponent
        let before = try contents(of: folder)
        let error = await #expect(throws: SQLiteStoreError.self, sourceLocation: sourceLocation) {
            try await SQLiteJobStore.open(at: path)
        }
        let line = error?.description ?? ""
        #expect(line.contains(part), sourceLocation: sourceLocation)
        #expect(line.contains(path), sourceLocation: sourceLocation)
        #expect(!line.contains("\n"), sourceLocation: sourceLocation)
        #expect(try contents(of: folder) == before, sourceLocation: sourceLocation)
    }

    @Test("No database", arguments: [1, 1000])
    func notADatabase(lines: Int) async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/jobs.sqlite"
            let content = String(repeating: "hello\n", count: lines)
            try Data(content.utf8).write(to: URL(filePath: path))
            try await Self.expectRefused(path, saying: "is not a Jobsync database")
        }
    }

    @Test("Another program's database")
    func foreign() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/jobs.sqlite"
            let other = try DatabaseQueue(path: path)
            try await other.write { try $0.execute(sql: "CREATE TABLE jobs (id TEXT)") }
            try other.close()
            try await Self.expectRefused(path, saying: "is not a Jobsync database")
        }
    }

    @Test("A later version's", arguments: [true, false])
    func newer(cleanly: Bool) async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/jobs.sqlite"
            try await Self.makeStore(at: path)
            let later = try DatabasePool(path: path)
            try await later.write { try $0.execute(sql: "PRAGMA user_version = 3") }
            if cleanly {
                try later.close()
                try await Self.expectRefused(path, saying: "later version of Jobsync (format 3")
            } else {
                let copy = folder + "/copy/jobs.sqlite"
                try FileManager.default.createDirectory(
                    atPath: folder + "/copy",
                    withIntermediateDirectories: false
                )
                for suffix in ["", "-wal"] {
                    try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
                }
                try await Self.expectRefused(copy, saying: "later version of Jobsync (format 3")
                try later.close()
            }
        }
    }

    @Test("An earlier version's is opened, with all that is in it, and can hold records")
    func earlier() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/jobs.sqlite"
            try await Self.makeStore(at: path)
            let earlier = try DatabaseQueue(path: path)
            try await earlier.write { db in
                try db.execute(
                    sql: """
                        DROP TABLE data;
                        DROP TABLE data_uses;
                        DELETE FROM grdb_migrations WHERE identifier = '2';
                        PRAGMA user_version = 1;
                        """
                )
            }
            try earlier.close()
            let store = try await SQLiteJobStore.open(at: path)
            #expect(try await store.position().seq == 200)
            let host = try record(.host, "h")
            try await store.insert(host)
            await store.close()
            let again = try await SQLiteJobStore.open(at: path)
            #expect(try await again.record(host.key) == host)
            await again.close()
        }
    }

    @Test("Damaged: overwritten in the middle, cut short, or its header spoilt")
    func damaged() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/jobs.sqlite"
            try await Self.makeStore(at: path)
            let whole = try Data(contentsOf: URL(filePath: path))
            try #require(whole.count > 5 * 4096)
            var overwritten = whole
            for offset in 2 * 4096..<whole.count - 4096 { overwritten[offset] = 0xAA }
            var header = whole
            header[20] = 0xFF
            for content in [overwritten, whole.prefix(whole.count / 2), header] {
                try content.write(to: URL(filePath: path))
                try await Self.expectRefused(path, saying: "is damaged")
            }
            try whole.write(to: URL(filePath: path))
            let store = try await SQLiteJobStore.open(at: path)
            #expect(try await store.position().seq == 200)
            await store.close()
        }
    }

    @Test("Missing, with its log still there")
    func missing() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/jobs.sqlite"
            try Data("log".utf8).write(to: URL(filePath: path + "-wal"))
            try await Self.expectRefused(path, saying: "it is missing, but its")
        }
    }

    @Test("In use by another server; free again when that one is closed")
    func inUse() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/jobs.sqlite"
            let first = try await SQLiteJobStore.open(at: path)
            let process = "another server (process \(ProcessInfo.processInfo.processIdentifier))"
            try await Self.expectRefused(path, saying: process)
            await first.close()
            let second = try await SQLiteJobStore.open(at: path)
            await second.close()
        }
    }

    @Test("In a folder that is not there")
    func noFolder() async throws {
        try await withTemporaryFolder { folder in
            let error = await #expect(throws: SQLiteStoreError.self) {
                try await SQLiteJobStore.open(at: folder + "/none/jobs.sqlite")
            }
            #expect(error?.description.contains("No such file or directory") == true)
        }
    }

    @Test("An empty file, and what a making that was cut off has left, are in nobody's way")
    func leftovers() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/jobs.sqlite"
            try Data().write(to: URL(filePath: path))
            try Data("half".utf8).write(to: URL(filePath: path + ".new"))
            try Data("half".utf8).write(to: URL(filePath: path + ".new-journal"))
            try await Self.makeStore(at: path)
            let names = try Self.contents(of: folder).keys.sorted()
            #expect(names == ["jobs.sqlite", "jobs.sqlite.mark"])
        }
    }
}
