import Foundation
import JSON
import JobModel
import Testing

@Suite("Cancel, with real jobs", .timeLimit(.minutes(1)))
struct CancelTests {
    @Test("Nothing lives of a job whose tool and grandchildren ignore SIGTERM")
    func stubborn() async throws {
        let folder = try DataFolder(tasks: ["stubborn": Tasks.stubborn])
        let server = try await ServerProcess.start(folder.url)
        let client = try await Client.connect(to: server)
        try await client.subscribe()
        _ = try await client.call("jobs.new", ["task": "stubborn", "job_id": "a1"])
        while try await !hasSaid("ready", client) { try await Task.sleep(for: .milliseconds(20)) }
        #expect(TestProcessTable.processes(of: "a1", in: folder).count >= 5)
        let answer = try await client.call("jobs.cancel", ["_id": "a1", "reason": "enough"])
        #expect(answer["jobs"]?["a1"] == "cancelling")
        #expect(await client.waitForEnd(of: "a1")?.state == .cancelled)
        #expect(TestProcessTable.processes(of: "a1", in: folder).isEmpty)
        #expect(!folder.exists("work/a1"))
        #expect(!folder.exists("runs/a1"))
        await server.end(SIGTERM)
    }

    private func hasSaid(_ word: String, _ client: Client) async throws -> Bool {
        let detail = try await client.call("jobs.detail", ["_id": "a1"])
        return detail["log"]?["text"]?.stringValue?.contains(word) == true
    }
}
