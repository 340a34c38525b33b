import ArgumentParser
import JSON
import JobModel
import JobProtocol
import Testing

@testable import jobsync

@Suite("Connections that are lost", .timeLimit(.minutes(6)))
struct LostConnectionTests {
    static let tasks: JSONValue = ["tasks": [], "problems": []]

    @Test("A job whose making was cut off is made again under the same id, with the same words")
    func newAgain() async throws {
        let made: JSONValue = ["_id": "x", "_version": 0, "seq": 1, "created": false]
        try await ScriptedServer.run([
            .result(Self.tasks), .close(4001), .close(1011), .result(made),
        ]) { server, access in
            try await New.parse(["naps", "a=1", "--url", "\(access.address)"]).run()
            let calls = await server.calls
            #expect(
                calls.map(\.method) == ["tasks.list", "jobs.new", "jobs.new", "jobs.new"]
            )
            let ids = calls.dropFirst().map { $0.params["job_id"]?.stringValue }
            #expect(ids.allSatisfy { $0 != nil && $0 == ids.first })
            #expect(calls.last?.params["args"] == ["a": "1"])
        }
    }

    @Test("A server that says not to come back is obeyed")
    func final() async throws {
        try await ScriptedServer.run([.close(4502)]) { server, access in
            let failure = await #expect(throws: CommandFailure.self) {
                try await New.parse(["naps", "--url", "\(access.address)"]).run()
            }
            #expect(failure?.status == .unreachable)
            #expect(await server.calls.count == 1)
        }
    }

    @Test("A refusal is not tried again")
    func refused() async throws {
        let error = RPCError(.badArguments, "args.file: is required")
        try await ScriptedServer.run([.refuse(error)]) { server, access in
            await #expect(throws: CommandFailure(.failed, "args.file: is required")) {
                try await New.parse(["naps", "--url", "\(access.address)"]).run()
            }
            #expect(await server.calls.count == 1)
        }
    }

    @Test("A view goes on by manifest if its load was cut off, and by position after that")
    func resume() async throws {
        func push(_ params: JSONObject) -> (method: String, params: JSONObject) {
            ("jobs.sync", params)
        }
        let first = push(["seq": 3, "sync": true, "put": [JobViewTests.document("a", 1)]])
        let rest = push(["seq": 5, "sync": false, "put": [JobViewTests.document("b", 1)]])
        let last = push([
            "seq": 9, "sync": false, "put": [JobViewTests.document("a", 2, "running")],
        ])
        try await ScriptedServer.run([
            .resultThenClose(JobViewTests.answer("snapshot"), pushes: [first]),
            .resultThenClose(JobViewTests.answer("diff"), pushes: [rest]),
            .result(JobViewTests.answer("delta"), pushes: [last]),
        ]) { server, access in
            let follower = JobFollower([:], on: try await access.connect())
            try await follower.begin()
            var losses = 0
            while follower.view.jobs["a"]?.version != 2 {
                if case .lost = try await follower.next() { losses += 1 }
            }
            #expect(losses == 2)
            #expect(follower.view.jobs.count == 2)
            let params = await server.calls.map(\.params)
            #expect(params[0]["resume"] == nil && params[0]["manifest"] == nil)
            #expect(params[1]["resume"] == nil)
            #expect(params[1]["manifest"] == ["a": 1])
            #expect(params[2]["resume"] == ["epoch": "e1", "seq": 5])
            #expect(params[2]["manifest"] == ["a": 1, "b": 1])
            await follower.connection?.close()
        }
    }

    @Test("A view that differs from the server's is compared job by job")
    func disagreement() async throws {
        let load: (method: String, params: JSONObject) = (
            "jobs.sync", ["seq": 5, "sync": false, "put": [JobViewTests.document("a", 1)]]
        )
        let tick: (method: String, params: JSONObject) = (
            "tick", ["subscription": 1, "seq": 5, "count": 2, "digest": "0123456789abcdef"]
        )
        let more: (method: String, params: JSONObject) = (
            "jobs.sync", ["seq": 5, "sync": false, "put": [JobViewTests.document("b", 1)]]
        )
        try await ScriptedServer.run([
            .result(JobViewTests.answer("snapshot"), pushes: [load, tick]),
            .result(JobViewTests.answer("diff"), pushes: [more]),
        ]) { server, access in
            let follower = JobFollower([:], on: try await access.connect())
            try await follower.begin()
            while follower.view.jobs.count < 2 { _ = try await follower.next() }
            let params = await server.calls.map(\.params)
            #expect(params[1]["resume"] == nil)
            #expect(params[1]["manifest"] == ["a": 1])
            await follower.connection?.close()
        }
    }

    @Test("The server's wish when to come back is followed")
    func farewell() async throws {
        let bye: (method: String, params: JSONObject) = (
            "bye", ["code": 4001, "reason": "about to restart", "after": 20]
        )
        try await ScriptedServer.run([
            .resultThenClose(JobViewTests.answer("snapshot"), pushes: [bye])
        ]) { _, access in
            let follower = JobFollower([:], on: try await access.connect())
            try await follower.begin()
            guard case .lost(let loss, let pause) = try await follower.next() else {
                Issue.record("the loss must be told")
                return
            }
            #expect(loss.reason == "about to restart")
            #expect(pause < .milliseconds(30))
        }
    }
}
