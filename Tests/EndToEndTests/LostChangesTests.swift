import Foundation
import JSON
import JobModel
import Testing

@Suite("A store that has lost changes, and run folders that are gone", .timeLimit(.minutes(6)))
struct LostChangesTests {
    @Test("A job of which the store has forgotten that it ran does not run twice; another one runs")
    func olderStore() async throws {
        let folder = try DataFolder(tasks: ["traced": Tasks.tracing()("traced")])
        var server = try await ServerProcess.start(folder.url)
        var client = try await Client.connect(to: server)
        _ = try await client.call("tasks.limit", ["task": "traced", "limit": 0])
        for id in ["a1", "a2"] {
            _ = try await client.call("jobs.new", ["task": "traced", "job_id": .string(id)])
        }
        await server.end(SIGTERM)
        let older = try Data(contentsOf: folder.file("jobs.sqlite"))

        server = try await ServerProcess.start(folder.url)
        client = try await Client.connect(to: server)
        try await client.subscribe()
        _ = try await client.call("jobs.cancel", ["_id": "a2"])
        _ = try await client.call("tasks.limit", ["task": "traced", "limit": nil])
        #expect(await client.waitForEnd(of: "a1")?.state == .complete)
        // As long as it is there, it says that the job is complete.
        while folder.exists("runs/a1") { try await Task.sleep(for: .milliseconds(20)) }
        await server.end(SIGKILL)
        for end in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(at: folder.file("jobs.sqlite" + end))
        }
        try older.write(to: folder.file("jobs.sqlite"))

        server = try await ServerProcess.start(folder.url)
        client = try await Client.connect(to: server)
        try await client.subscribe()
        let lost = try #require(await client.waitForEnd(of: "a1"))
        #expect(lost.state == .error)
        #expect(lost.error?.contains("the store has lost changes") == true)
        let status = try await CommandRun.jobsync("status", on: server)
        #expect(status.output.contains("may have run"))
        _ = try await client.call("tasks.limit", ["task": "traced", "limit": nil])
        #expect(await client.waitForEnd(of: "a2")?.state == .complete)
        let begun = try folder.text("trace").split(separator: "\n").filter {
            $0.contains(" begin ")
        }
        #expect(begun.map { $0.prefix(2) } == ["a1", "a2"])
        await server.end(SIGTERM)
    }

    @Test("A job that was in a stage is lost with its run folder, and its tools are ended")
    func noRunFolder() async throws {
        let folder = try DataFolder(tasks: ["gate": Tasks.gate])
        var (server, client) = try await ServerProcess.startWaitingJob(in: folder)
        await server.end(SIGKILL)
        #expect(!TestProcessTable.processes(of: "a1", in: folder).isEmpty)
        try FileManager.default.removeItem(at: folder.file("runs/a1"))
        server = try await ServerProcess.start(folder.url)
        client = try await Client.connect(to: server)
        try await client.subscribe()
        let end = try #require(await client.waitForEnd(of: "a1"))
        #expect(end.state == .error)
        #expect(end.error?.contains("stage “wait”") == true)
        #expect(TestProcessTable.processes(of: "a1", in: folder).isEmpty)
        await server.end(SIGTERM)
    }
}
