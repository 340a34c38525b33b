import Foundation
import JSON
import JobModel
import Testing

@Suite("Interrupted is not cancelled", .timeLimit(.minutes(6)))
struct InterruptionTests {
    private static func waiting(restartable: Bool) -> String {
        """
        name: waiting
        proc: 1
        mem: 1
        grace: 5s
        restartable: \(restartable)
        stages:
          - name: wait
            run: [sh, -c, 'echo "$$" >>"$1/begun"; while [ ! -e "$1/open" ]; do sleep 0.05; done', wait, "{data}"]
        """
    }

    private static func start(
        restartable: Bool
    ) async throws -> (folder: DataFolder, server: ServerProcess, client: Client) {
        let folder = try DataFolder(tasks: ["waiting": waiting(restartable: restartable)])
        let server = try await ServerProcess.start(folder.url)
        let client = try await Client.connect(to: server)
        try await client.subscribe()
        _ = try await client.call("jobs.new", ["task": "waiting", "job_id": "a1"])
        try await waitForBeginning(1, in: folder)
        return (folder, server, client)
    }

    private static func waitForBeginning(_ number: Int, in folder: DataFolder) async throws {
        while ((try? folder.text("begun")) ?? "").split(separator: "\n").count < number {
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private static func worker(in folder: DataFolder) throws -> pid_t {
        pid_t(try #require(TestProcessTable.processes(of: "a1", in: folder).first))
    }

    @Test("SIGTERM of a worker ends its job as an error, or has it wait again")
    func workerIsTerminated() async throws {
        let (folder, server, client) = try await Self.start(restartable: false)
        kill(try Self.worker(in: folder), SIGTERM)
        let end = try #require(await client.waitForEnd(of: "a1"))
        #expect(end.state == .error)
        #expect(end.error?.contains("interrupted") == true)
        let detail = try await client.call("jobs.detail", ["_id": "a1"])
        #expect(detail["job"]?["status"]?.arrayValue?.last?["error"]?["cause"] == "signal")
        #expect(TestProcessTable.processes(of: "a1", in: folder).isEmpty)
        await server.end(SIGTERM)
    }

    @Test("What is interrupted begins again where its task allows it", arguments: [true, false])
    func restartable(isOfTool: Bool) async throws {
        let (folder, server, client) = try await Self.start(restartable: true)
        let tool = try #require(pid_t(folder.text("begun").dropLast()))
        kill(isOfTool ? tool : try Self.worker(in: folder), SIGTERM)
        try await Self.waitForBeginning(2, in: folder)
        try Data().write(to: folder.file("open"))
        #expect(await client.waitForEnd(of: "a1")?.state == .complete)
        await server.end(SIGTERM)
    }

    @Test("A shutdown interrupts server, worker and tools alike; afterwards the job begins again")
    func shutdown() async throws {
        let (folder, server, _) = try await Self.start(restartable: true)
        let processes = TestProcessTable.processes(of: "a1", in: folder)
        for process in processes { kill(pid_t(process), SIGTERM) }
        // It may have begun the job again before it was told to end itself; then that goes on.
        await server.end(SIGTERM)
        let second = try await ServerProcess.start(folder.url)
        let client = try await Client.connect(to: second)
        try await client.subscribe()
        try await Self.waitForBeginning(2, in: folder)
        try Data().write(to: folder.file("open"))
        #expect(await client.waitForEnd(of: "a1")?.state == .complete)
        await second.end(SIGTERM)
    }

    @Test(
        "Server and worker die at once: cancelled if it was ordered, lost if not",
        arguments: [true, false]
    )
    func bothDie(isOrdered: Bool) async throws {
        let (folder, server, client) = try await Self.start(restartable: false)
        let worker = try Self.worker(in: folder)
        // Held still, so that nothing but the order can tell that it was to be cancelled.
        kill(worker, SIGSTOP)
        if isOrdered { _ = try await client.call("jobs.cancel", ["_id": "a1"]) }
        await server.end(SIGKILL)
        kill(worker, SIGKILL)
        let second = try await ServerProcess.start(folder.url)
        let again = try await Client.connect(to: second)
        try await again.subscribe()
        _ = await again.waitForEnd(of: "a1")
        let detail = try await again.call("jobs.detail", ["_id": "a1"])
        let state = detail["job"]?["status"]?.arrayValue?.last?["state"]
        #expect(state == (isOrdered ? "cancelled" : "error"))
        #expect(TestProcessTable.processes(of: "a1", in: folder).isEmpty)
        await second.end(SIGTERM)
    }
}
