import Foundation
import JSON
import JobModel
import TestSupport
import Testing

@Suite(
    "The scheduling server is lost",
    .enabled(if: ReplicaSet.sharedURI != nil, "no mongod: set JOBSYNC_TEST_MONGO"),
    .timeLimit(.minutes(6))
)
struct TakeoverTests {
    private func site(_ tasks: [String: String], options: [String] = []) throws -> Site {
        let uri = try #require(ReplicaSet.sharedURI)
        return try Site(uri: Site.database(in: uri), tasks: tasks, options: options)
    }

    /// A job that runs on the first server's machine, whose clients come in by the second.
    private func runningJob(
        _ site: Site
    ) async throws -> (leader: ServerProcess, follower: ServerProcess, client: Client) {
        let leader = try await site.start(0)
        let follower = try await site.start(1)
        let client = try await Client.connect(to: follower)
        try await client.subscribe()
        _ = try await client.call("jobs.new", ["task": "gate", "job_id": "a1"])
        await client.waitUntil { $0.jobs["a1"]?.stage == "wait" }
        return (leader, follower, client)
    }

    @Test("Another takes over; jobs on the lost one's machine are told of when it comes back")
    func comesBack() async throws {
        let site = try site(["gate": Tasks.gate])
        let (leader, follower, client) = try await runningJob(site)
        await leader.end(SIGKILL)

        // Answered by the one that takes over, on whose machine it runs.
        _ = try await client.call("jobs.new", ["task": "gate", "job_id": "a2"])
        await client.waitUntil { $0.jobs["a2"]?.stage == "wait" }
        #expect(!TestProcessTable.processes(of: "a2", in: site.folders[1]).isEmpty)
        #expect(await client.view.jobs["a1"]?.state == .running)
        let used = try await client.call("resources.get")["used"]
        #expect(used == ["proc": 1, "mem": 1], "what runs elsewhere takes nothing here")

        // It is found again, goes on, and its end is told through the one that leads now.
        let back = try await site.start(0)
        let near = try await Client.connect(to: back)
        try await near.subscribe()
        #expect(await near.view.jobs["a1"]?.state == .running)
        try Data().write(to: site.folders[0].file("open"))
        #expect(await client.waitForEnd(of: "a1")?.state == .complete)
        #expect(await near.waitForEnd(of: "a1")?.state == .complete)
        #expect(await client.view.jobs["a2"]?.state == .running)
        try Data().write(to: site.folders[1].file("open"))
        #expect(await near.waitForEnd(of: "a2")?.state == .complete)
        await back.end(SIGTERM)
        await follower.end(SIGTERM)
    }

    @Test("A job on the machine that came back can be cancelled by way of the new leader")
    func cancelledElsewhere() async throws {
        let site = try site(["gate": Tasks.gate])
        let (leader, follower, client) = try await runningJob(site)
        await leader.end(SIGKILL)
        let answer = try await client.call("jobs.cancel", ["_id": "a1"])
        #expect(answer["jobs"]?["a1"] == "cancelling")
        #expect(!TestProcessTable.processes(of: "a1", in: site.folders[0]).isEmpty)
        let back = try await site.start(0)
        #expect(await client.waitForEnd(of: "a1")?.state == .cancelled)
        #expect(TestProcessTable.processes(of: "a1", in: site.folders[0]).isEmpty)
        await back.end(SIGTERM)
        await follower.end(SIGTERM)
    }

    @Test("What is away too long is lost, and ended when its machine comes back")
    func lost() async throws {
        let site = try site(["gate": Tasks.gate], options: ["--lost-after", "2s"])
        let (leader, follower, client) = try await runningJob(site)
        await leader.end(SIGKILL)
        let end = await client.waitForEnd(of: "a1")
        #expect(end?.state == .error)
        let job = try await client.call("jobs.detail", ["_id": "a1"])["job"]
        #expect(job?["status"]?.arrayValue?.last?["error"]?["cause"] == "lost", "\(job ?? nil)")
        #expect(!TestProcessTable.processes(of: "a1", in: site.folders[0]).isEmpty)
        let back = try await site.start(0)
        try await TestProcessTable.waitForEnd(of: "a1", in: site.folders[0])
        #expect(await client.view.jobs["a1"]?.state == .error)
        await back.end(SIGTERM)
        await follower.end(SIGTERM)
    }

    @Test("A server that ends in order hands over at once, and its jobs go on")
    func orderly() async throws {
        let site = try site(["gate": Tasks.gate])
        let (leader, follower, client) = try await runningJob(site)
        #expect(await leader.end(SIGTERM) == 0)
        _ = try await client.call("jobs.new", ["task": "gate", "job_id": "a2"])
        await client.waitUntil { $0.jobs["a2"]?.stage == "wait" }
        let back = try await site.start(0)
        try Data().write(to: site.folders[0].file("open"))
        #expect(await client.waitForEnd(of: "a1")?.state == .complete)
        try Data().write(to: site.folders[1].file("open"))
        #expect(await client.waitForEnd(of: "a2")?.state == .complete)
        await back.end(SIGTERM)
        await follower.end(SIGTERM)
    }

    @Test(
        "A job that may start again has ended on a frozen server's machine before it does so elsewhere"
    )
    func restartedElsewhere() async throws {
        let gate = Tasks.gate + "\nrestartable: true"
        let site = try site(["gate": gate], options: ["--lost-after", "4s"])
        let (leader, follower, client) = try await runningJob(site)
        #expect(!TestProcessTable.processes(of: "a1", in: site.folders[0]).isEmpty)
        leader.signal(SIGSTOP)
        while TestProcessTable.processes(of: "a1", in: site.folders[1]).isEmpty {
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(TestProcessTable.processes(of: "a1", in: site.folders[0]).isEmpty)
        leader.signal(SIGCONT)
        try Data().write(to: site.folders[1].file("open"))
        #expect(await client.waitForEnd(of: "a1")?.state == .complete)
        await leader.end(SIGTERM)
        await follower.end(SIGTERM)
    }

    @Test("A leader that was frozen finds that it leads no more, and does nothing twice")
    func frozen() async throws {
        let site = try site(["free": Tasks.tracing(seconds: "0.05")("free")])
        let leader = try await site.start(0)
        let follower = try await site.start(1)
        let (near, far) = (
            try await Client.connect(to: leader), try await Client.connect(to: follower)
        )
        try await near.subscribe()
        try await far.subscribe()
        var accepted: [JobID] = []
        for number in 0..<20 {
            let id = JobID(stringLiteral: "b\(number)")
            _ = try await far.call("jobs.new", ["task": "free", "job_id": .string(id.rawValue)])
            accepted.append(id)
        }
        leader.signal(SIGSTOP)
        for number in 0..<20 {
            let id = JobID(stringLiteral: "c\(number)")
            _ = try await far.call("jobs.new", ["task": "free", "job_id": .string(id.rawValue)])
            accepted.append(id)
        }
        leader.signal(SIGCONT)
        for id in accepted {
            #expect(await far.waitForEnd(of: id)?.state == .complete)
            #expect(await near.waitForEnd(of: id)?.state == .complete)
        }
        let counts = site.beginnings()
        #expect(counts.values.allSatisfy { $0 == 1 })
        #expect(counts.count == accepted.count)
        await leader.end(SIGTERM)
        await follower.end(SIGTERM)
    }
}
