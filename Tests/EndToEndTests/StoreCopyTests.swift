import Foundation
import JSON
import JobModel
import SQLiteStorage
import TestSupport
import Testing

@Suite("jobsync store copy", .timeLimit(.minutes(6)))
struct StoreCopyTests {
    static let withMongo: [String] = ReplicaSet.isAvailable ? ["file", "mongo"] : ["file"]

    /// A data folder, or a database that nobody else uses.
    private func target(_ kind: String, _ folder: DataFolder) throws -> String {
        guard kind == "mongo" else { return folder.url.path }
        let uri = try #require(ReplicaSet.sharedURI)
        let name = "jobsync_test_\(UUID().uuidString.prefix(8))"
        return uri.replacing("/?", with: "/\(name)?")
    }

    private func start(_ folder: DataFolder, on store: String) async throws -> ServerProcess {
        let mongo = store.hasPrefix("mongodb") ? ["--mongo", store] : []
        return try await ServerProcess.start(folder.url, options: ["--auth", "none"] + mongo)
    }

    private func copy(_ source: String, _ target: String) async throws -> CommandRun {
        try await CommandRun.jobsync("store", "copy", "--from", source, "--to", target)
    }

    @Test("Takes jobs, limits and what runs to another store and back", arguments: withMongo)
    func there(kind: String) async throws {
        let folder = try DataFolder(tasks: ["gate": Tasks.gate])
        let source = folder.url.path
        let other = try DataFolder()
        let target = try target(kind, other)
        var server = try await start(folder, on: source)
        for id in ["a1", "a2"] {
            let run = try await CommandRun.jobsync("new", "gate", "--job-id", id, on: server)
            #expect(run.status == 0)
        }
        _ = try await CommandRun.jobsync("task", "limit", "gate", "7", on: server)
        _ = try await CommandRun.jobsync("resources", "--proc", "3", "--mem", "5", on: server)
        var client = try await Client.connect(to: server)
        try await client.subscribe()
        await client.waitUntil { $0.jobs["a1"]?.stage == "wait" && $0.jobs["a2"]?.stage == "wait" }

        let refused = try await copy(source, target)
        #expect(refused.status == 2)
        #expect(refused.errors.contains("uses"))
        #expect(refused.errors.split(separator: "\n").count == 1)
        await server.end(SIGTERM)

        let done = try await copy(source, target)
        #expect(done.errors == "")
        #expect(done.status == 0)
        #expect(done.lines.first?.hasPrefix("copied 2 jobs from ") == true)
        let again = try await copy(source, target)
        #expect(again.status == 0)
        #expect(again.lines.first?.hasPrefix("nothing to do") == true)
        #expect(again.lines.last == done.lines.last, "the digest")

        // What runs has its journal in the data folder, wherever the jobs are kept.
        guard kind == "mongo" else { return try await endJobs(folder, on: source) }
        server = try await start(folder, on: target)
        client = try await Client.connect(to: server)
        try await client.subscribe()
        #expect(await client.view.jobs["a1"]?.state == .running)
        let used = try await client.call("resources.get")
        #expect(used["limit"] == ["proc": 3, "mem": 5])
        let tasks = try await client.call("tasks.list")["tasks"]?.arrayValue
        #expect(tasks?.first { $0["name"] == "gate" }?["limit"] == 7)
        let name = try folder.text("server-id").trimmingCharacters(in: .whitespacesAndNewlines)
        let busy = try await copy(target, other.url.path)
        #expect(busy.status == 2)
        #expect(busy.errors.contains("a server (\(name)) uses MongoDB at "))
        await server.end(SIGTERM)

        let back = try await copy(target, other.url.path)
        #expect(back.status == 0)
        try FileManager.default.removeItem(at: folder.file("jobs.sqlite"))
        try FileManager.default.moveItem(
            at: other.file("jobs.sqlite"),
            to: folder.file("jobs.sqlite")
        )
        try await endJobs(folder, on: source)
    }

    /// Has a server find the running jobs, and lets them go on to their end.
    private func endJobs(_ folder: DataFolder, on store: String) async throws {
        let server = try await start(folder, on: store)
        let client = try await Client.connect(to: server)
        try await client.subscribe()
        try Data().write(to: folder.file("open"))
        for id in ["a1", "a2"] {
            #expect(await client.waitForEnd(of: .init(stringLiteral: id))?.state == .complete)
        }
        await server.end(SIGTERM)
    }

    @Test("Leaves stores alone that hold anything else, in one line", arguments: withMongo)
    func refused(kind: String) async throws {
        let folder = try DataFolder(tasks: ["naps": CommandTests.naps])
        let other = try DataFolder(tasks: ["naps": CommandTests.naps])
        let target = try target(kind, other)
        for (folder, store) in [(folder, folder.url.path), (other, target)] {
            let server = try await start(folder, on: store)
            let run = try await CommandRun.jobsync("new", "naps", "--wait", on: server)
            #expect(run.status == 0)
            await server.end(SIGTERM)
        }
        for (source, target, status, message): (String, String, Int32, String) in [
            (folder.url.path, target, 1, "holds other jobs"),
            (target, folder.url.path, 1, "holds other jobs"),
            (target, target, 2, "are one store"),
            ("/nowhere", target, 2, "--from: there is no store at /nowhere/jobs.sqlite"),
            (target, "mongo://host", 2, "--to: must be a data folder, "),
            ("mongo", target, 2, "JOBSYNC_MONGO"),
        ] {
            let run = try await copy(source, target)
            #expect(run.status == status, "\(message)")
            #expect(run.errors.contains(message), "\(run.errors)")
            #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
            #expect(run.output == "")
        }
    }

    @Test("A server does not start with part of a copy")
    func unfinished() async throws {
        let folder = try DataFolder()
        let store = try await SQLiteJobStore.open(at: folder.file("jobs.sqlite").path)
        try await store.save(["source": "somewhere"], as: "unfinished_copy")
        await store.close()
        let failure = await #expect(throws: ServerProcess.Failure.self) {
            try await start(folder, on: folder.url.path)
        }
        #expect(failure?.status == 2)
        #expect(failure?.standardError.contains("holds an unfinished copy") == true)
    }
}
