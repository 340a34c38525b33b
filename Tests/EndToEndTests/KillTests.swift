import Foundation
import JSON
import JobModel
import JobProtocol
import Testing

@Suite("The server is killed", .timeLimit(.minutes(6)))
struct KillTests {
    @Test("Running jobs go on without it, and are found again with their progress and their end")
    func foundAgain() async throws {
        let folder = try DataFolder(tasks: ["gate": Tasks.gate])
        var (server, client) = try await ServerProcess.startWaitingJob(in: folder)
        let before = TestProcessTable.processes(of: "a1", in: folder)
        #expect(!before.isEmpty)
        await server.end(SIGKILL)

        #expect(TestProcessTable.processes(of: "a1", in: folder).first == before.first)
        server = try await ServerProcess.start(folder.url)
        client = try await Client.connect(to: server)
        try await client.subscribe()
        #expect(await client.view.jobs["a1"]?.state == .running)
        let resources = try await client.call("resources.get")
        #expect(resources["used"] == ["proc": 1, "mem": 1])
        try Data().write(to: folder.file("open"))
        #expect(await client.waitForEnd(of: "a1")?.state == .complete)
        #expect(TestProcessTable.processes(of: "a1", in: folder).isEmpty)
        #expect(try await client.call("resources.get")["used"] == ["proc": 0, "mem": 0])
        await server.end(SIGTERM)
    }

    @Test("Jobs that end while no server lives are known as ended afterwards")
    func endedMeanwhile() async throws {
        let folder = try DataFolder(tasks: ["gate": Tasks.gate])
        var (server, _) = try await ServerProcess.startWaitingJob(in: folder)
        await server.end(SIGKILL)
        try Data().write(to: folder.file("open"))
        try await TestProcessTable.waitForEnd(of: "a1", in: folder)
        server = try await ServerProcess.start(folder.url)
        let second = try await Client.connect(to: server)
        try await second.subscribe()
        #expect(await second.waitForEnd(of: "a1")?.state == .complete)
        await server.end(SIGTERM)
    }

    @Test("A job whose data folder is removed ends by itself, where no server is left to end it")
    func removedData() async throws {
        let folder = try DataFolder(tasks: ["gate": Tasks.gate])
        let (server, _) = try await ServerProcess.startWaitingJob(in: folder)
        await server.end(SIGKILL)
        #expect(!TestProcessTable.processes(of: "a1", in: folder).isEmpty)
        try FileManager.default.removeItem(at: folder.url)
        try await TestProcessTable.waitForEnd(of: "a1", in: folder)
    }

    @Test("At any moment: nothing accepted is lost, nothing runs twice, what is used is right")
    func anyMoment() async throws {
        let folder = try DataFolder(tasks: ["free": Tasks.tracing(seconds: "0.05")("free")])
        var generator = SystemRandomNumberGenerator()
        var accepted: Set<JobID> = []
        for round in 0..<8 {
            let server = try await ServerProcess.start(folder.url)
            let client = try await Client.connect(to: server)
            try await client.subscribe()
            let delay = Duration.milliseconds(Int.random(in: 5...400, using: &generator))
            let killer = Task {
                try await Task.sleep(for: delay)
                await server.end(SIGKILL)
            }
            for number in 0..<40 {
                let id = "r\(round)-\(number)"
                let params: JSONObject = ["task": "free", "job_id": .string(id)]
                guard (try? await client.call("jobs.new", params)) != nil else { break }
                accepted.insert(JobID(stringLiteral: id))
            }
            try await killer.value
        }
        let server = try await ServerProcess.start(folder.url)
        let client = try await Client.connect(to: server)
        try await client.subscribe()
        for id in accepted { #expect(await client.waitForEnd(of: id)?.state == .complete) }
        await client.waitUntil { $0.jobs.values.allSatisfy(\.state.isFinal) }
        let begun = try folder.text("trace").split(separator: "\n")
            .filter { $0.contains(" begin ") }.map { String($0.prefix { $0 != " " }) }
        #expect(Set(begun).count == begun.count, "nothing ran twice")
        #expect(accepted.isSubset(of: begun.map { JobID(stringLiteral: $0) }))
        #expect(try await client.call("resources.get")["used"] == ["proc": 0, "mem": 0])
        await server.end(SIGTERM)

        // What a killed server did not come to remove, the next one does.
        let last = try await ServerProcess.start(folder.url)
        _ = try await Client.connect(to: last).call("jobs.find")
        await last.end(SIGTERM)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.file("runs").path)
        #expect(left.isEmpty)
    }

    @Test("SIGTERM drains: clients are told, the exit code is 0, jobs go on")
    func drain() async throws {
        let folder = try DataFolder(tasks: ["gate": Tasks.gate])
        let (server, _) = try await ServerProcess.startWaitingJob(in: folder)
        #expect(await server.end(SIGTERM) == 0)
        #expect(!TestProcessTable.processes(of: "a1", in: folder).isEmpty)
        let second = try await ServerProcess.start(folder.url)
        let again = try await Client.connect(to: second)
        try await again.subscribe()
        _ = try await again.call("jobs.cancel", ["_id": "a1"])
        #expect(await again.waitForEnd(of: "a1")?.state == .cancelled)
        #expect(TestProcessTable.processes(of: "a1", in: folder).isEmpty)
        await second.end(SIGTERM)
    }
}
