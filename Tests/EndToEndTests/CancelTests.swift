import Foundation
import JSON
import JobModel
import Testing

@Suite("Cancel, with real jobs", .timeLimit(.minutes(6)))
struct CancelTests {
    @Test("Nothing lives of a job whose tool and grandchildren ignore SIGTERM")
    func stubborn() async throws {
        let folder = try DataFolder(tasks: ["stubborn": Tasks.stubborn])
        let server = try await ServerProcess.start(folder.url)
        let client = try await Client.connect(to: server)
        try await client.subscribe()
        _ = try await client.call("jobs.new", ["task": "stubborn", "job_id": "a1"])
        // The worker, the tool, what it left in the background twice over, and what that sleeps in.
        while TestProcessTable.processes(of: "a1", in: folder).count < 5 {
            try await Task.sleep(for: .milliseconds(20))
        }
        let answer = try await client.call("jobs.cancel", ["_id": "a1", "reason": "enough"])
        #expect(answer["jobs"]?["a1"] == "cancelling")
        #expect(await client.waitForEnd(of: "a1")?.state == .cancelled)
        #expect(TestProcessTable.processes(of: "a1", in: folder).isEmpty)
        #expect(!folder.exists("work/a1"))
        // Swept once the end is durable, which is when it was told.
        while folder.exists("runs/a1") { try await Task.sleep(for: .milliseconds(20)) }
        await server.end(SIGTERM)
    }
}
