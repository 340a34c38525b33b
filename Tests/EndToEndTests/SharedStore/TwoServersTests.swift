import Foundation
import JSON
import JobModel
import JobProtocol
import TestSupport
import Testing

@Suite(
    "Two servers over one MongoDB",
    .enabled(if: ReplicaSet.sharedURI != nil, "no mongod: set JOBSYNC_TEST_MONGO"),
    .timeLimit(.minutes(6))
)
struct TwoServersTests {
    private func site(_ tasks: [String: String], options: [String] = []) throws -> Site {
        let uri = try #require(ReplicaSet.sharedURI)
        return try Site(uri: Site.database(in: uri), tasks: tasks, options: options)
    }

    @Test("A job made at one server runs at the other, and clients of both see all of it")
    func eitherDoor() async throws {
        let site = try site(["free": Tasks.tracing()("free")])
        let (leader, follower) = (try await site.start(0), try await site.start(1))
        let (near, far) = (
            try await Client.connect(to: leader), try await Client.connect(to: follower)
        )
        try await near.subscribe()
        try await far.subscribe()
        let answer = try await far.call("jobs.new", ["task": "free", "job_id": "a1"])
        #expect(answer["created"] == true)
        #expect(await far.waitForEnd(of: "a1")?.state == .complete)
        #expect(await near.waitForEnd(of: "a1")?.state == .complete)
        for client in [near, far] {
            let states = await client.view.states(of: "a1")
            // A client of another server may be told only the newest where two come at once.
            #expect(states.last == .complete)
            #expect(states.map(\.rank) == states.map(\.rank).sorted())
        }
        #expect(site.beginnings() == ["a1": 1])
        #expect(!site.folders[1].exists("trace"), "only the leader's machine runs jobs")
        let again = try await near.call("jobs.new", ["task": "free", "job_id": "a1"])
        #expect(again["created"] == false)
        await leader.end(SIGTERM)
        await follower.end(SIGTERM)
    }

    @Test("Calls at the other server have the same answers and the same errors")
    func sameAnswers() async throws {
        let site = try site(["gate": Tasks.gate])
        let (leader, follower) = (try await site.start(0), try await site.start(1))
        var answers: [[JSONValue]] = []
        for (number, server) in [leader, follower].enumerated() {
            let client = try await Client.connect(to: server)
            try await client.subscribe()
            let id = JSONValue.string("g\(number)")
            var heard: [JSONValue] = []
            func ask(_ method: String, _ params: JSONObject) async {
                do {
                    let answer = try await client.call(method, params)
                    heard.append(answer["jobs"] ?? answer["created"] ?? answer["limit"] ?? true)
                } catch let error as RPCError {
                    var document = error.document
                    document["message"] = nil
                    heard.append([.string(error.message), .object(document)])
                } catch {
                    Issue.record("\(error)")
                }
            }
            await ask("jobs.new", ["task": "gat"])
            await ask("jobs.new", ["task": "gate", "args": ["x": 1]])
            await ask("jobs.new", ["task": "gate", "proc": 64])
            await ask("jobs.new", ["task": "gate", "job_id": id])
            await ask("jobs.new", ["task": "gate", "job_id": id])
            await ask("jobs.new", ["task": "gate", "job_id": id, "proc": 2])
            await ask("jobs.cancel", ["_id": "nobody"])
            await ask("jobs.archive", ["_id": [id]])
            await client.waitUntil { $0.jobs[JobID(stringLiteral: "g\(number)")]?.stage == "wait" }
            await ask("jobs.cancel", ["_id": id, "reason": "enough"])
            _ = await client.waitForEnd(of: JobID(stringLiteral: "g\(number)"))
            await ask("jobs.cancel", ["_id": id])
            await ask("jobs.archive", ["_id": id])
            await ask("jobs.archive", ["_id": id])
            await ask("jobs.remove", ["_id": [id, "nobody"]])
            await ask("jobs.detail", ["_id": id])
            await ask("tasks.limit", ["task": "gate", "limit": .integer(3 + number)])
            await ask("tasks.limit", ["task": "nobody", "limit": 3])
            let text = JSONValue.array(heard).description
                .replacing("\"g\(number)\"", with: "\"g\"").replacing("g\(number)", with: "g")
                .replacing("\(3 + number)}", with: "3}")
            answers.append(try JSONValue(parsing: text).arrayValue ?? [])
        }
        #expect(answers[0].dropLast(2).elementsEqual(answers[1].dropLast(2)))
        #expect(answers[0].last == answers[1].last)
        let client = try await Client.connect(to: leader)
        let tasks = try await client.call("tasks.list")["tasks"]?.arrayValue ?? []
        #expect(tasks.first { $0["name"] == "gate" }?["limit"] == 4)
        await leader.end(SIGTERM)
        await follower.end(SIGTERM)
    }

    @Test("A position that one server gave is good at the other")
    func positions() async throws {
        let site = try site(["free": Tasks.tracing(seconds: "0.05")("free")])
        let (leader, follower) = (try await site.start(0), try await site.start(1))
        let near = try await Client.connect(to: leader)
        try await near.subscribe()
        _ = try await near.call("jobs.new", ["task": "free", "job_id": "a1"])
        _ = await near.waitForEnd(of: "a1")
        let epoch = try #require(try await near.call("session.whoami")["epoch"])
        let seq = await near.view.seq
        let far = try await Client.connect(to: follower)
        try await far.subscribe()
        await far.waitUntil { $0.seq >= seq }
        let resume: JSONObject = ["epoch": epoch, "seq": .integer(seq)]
        let third = try await Client.connect(to: follower)
        let answer = try await third.call("jobs.subscribe", ["resume": .object(resume)])
        #expect(answer["mode"] == "delta")
        _ = try await near.call("jobs.new", ["task": "free", "job_id": "a2"])
        #expect(await third.waitForEnd(of: "a2")?.state == .complete)
        #expect(await third.view.jobs["a1"] == nil, "it was told before")
        await leader.end(SIGTERM)
        await follower.end(SIGTERM)
    }

    @Test("Archiving and removing at the other server reaches everybody")
    func plainWrites() async throws {
        let site = try site(["free": Tasks.tracing(seconds: "0.01")("free")])
        let (leader, follower) = (try await site.start(0), try await site.start(1))
        let (near, far) = (
            try await Client.connect(to: leader), try await Client.connect(to: follower)
        )
        try await near.subscribe()
        try await far.subscribe()
        for number in 0..<12 {
            _ = try await near.call("jobs.new", ["task": "free", "job_id": "j\(number)"])
        }
        for number in 0..<12 { _ = await far.waitForEnd(of: "j\(number)") }
        try await withThrowingTaskGroup { group in
            for number in 0..<12 {
                // Each at both servers at once: both must be content.
                for client in [near, far] {
                    group.addTask {
                        let id: JSONObject = ["_id": ["j\(number)"]]
                        _ = try await client.call("jobs.archive", id)
                    }
                }
            }
            try await group.waitForAll()
        }
        for client in [near, far] { await client.waitUntil { $0.jobs.isEmpty } }
        #expect(try await storedJobs(far).isEmpty)
        await leader.end(SIGTERM)
        await follower.end(SIGTERM)
    }

    @Test("The log of a job is where it ran; others say where, and removal reaches it")
    func logs() async throws {
        let site = try site(["gate": Tasks.gate])
        let (leader, follower) = (try await site.start(0), try await site.start(1))
        let far = try await Client.connect(to: follower)
        try await far.subscribe()
        try Data().write(to: site.folders[0].file("open"))
        _ = try await far.call("jobs.new", ["task": "gate", "job_id": "a1"])
        #expect(await far.waitForEnd(of: "a1")?.state == .complete)
        let detail = try await far.call("jobs.detail", ["_id": "a1"])
        let servers = try await far.call("servers.list")["servers"]?.arrayValue ?? []
        let home = try #require(servers.first { $0["_id"] == detail["job"]?["server"] })
        #expect(home["leads"] == true)
        #expect(home["self"] == false)
        #expect(detail["log"]?["host"] == home["host"])
        let error = await #expect(throws: RPCError.self) {
            try await far.call("jobs.tail", ["_id": "a1"])
        }
        #expect(error?.document["data"]?["address"] == home["address"])
        let near = try await Client.connect(to: leader)
        let text = try await near.call("jobs.tail", ["_id": "a1"])["text"]?.stringValue
        #expect(text?.contains("open") == true)

        #expect(site.folders[0].exists("logs/jobs/a1.log"))
        _ = try await far.call("jobs.remove", ["_id": "a1"])
        while site.folders[0].exists("logs/jobs/a1.log") {
            try await Task.sleep(for: .milliseconds(20))
        }
        await leader.end(SIGTERM)
        await follower.end(SIGTERM)
    }

    @Test("A server that only serves never leads; calls wait for one that does")
    func frontOnly() async throws {
        let site = try site(["free": Tasks.tracing(seconds: "0.01")("free")])
        let front = try await site.start(0, ["--role", "front"])
        let client = try await Client.connect(to: front)
        try await client.subscribe()
        async let answer = client.call("jobs.new", ["task": "free", "job_id": "a1"])
        let leader = try await site.start(1)
        #expect(try await answer["created"] == true)
        #expect(await client.waitForEnd(of: "a1")?.state == .complete)
        #expect(site.folders[1].exists("trace"))
        await leader.end(SIGTERM)
        await front.end(SIGTERM)
    }
}

extension JobState {
    /// How far along a job is in this state.
    fileprivate var rank: Int {
        switch self {
        case .waiting: 0
        case .running: 1
        case .cancelling: 2
        case .complete, .error, .cancelled: 3
        }
    }
}
