import Foundation
import JSON
import JobModel
import TestSupport
import Testing

@Suite("A server with a MongoDB that cannot be used", .timeLimit(.minutes(6)))
struct MongoStartTests {
    private func failure(_ options: [String]) async throws -> ServerProcess.Failure? {
        let folder = try DataFolder()
        return await #expect(throws: ServerProcess.Failure.self) {
            try await ServerProcess.start(folder.url, options: ["--auth", "none"] + options)
        }
    }

    @Test(
        "Says why in its last line, without the password, and ends with exit code 2",
        arguments: [
            ("mongodb://ada:hunter2@host:port/lab", "this is not a MongoDB URI"),
            ("mongo://ada:hunter2@host/lab", "--mongo: must be a URI such as mongodb://"),
            (
                "mongodb://ada:hunter2@127.0.0.1:1/lab?serverSelectionTimeoutMS=200",
                "cannot reach mongodb://ada:***@127.0.0.1:1/lab"
            ),
        ]
    )
    func unusable(uri: String, message: String) async throws {
        let failure = try await failure(["--mongo", uri])
        #expect(failure?.status == 2)
        let lines = failure?.standardError.split(separator: "\n") ?? []
        #expect(lines.last?.hasPrefix("jobsync: ") == true)
        #expect(lines.last?.contains(message) == true, "\(lines)")
        #expect(failure?.standardError.contains("hunter2") == false)
    }

    @Test("A front end needs a store to share")
    func frontAlone() async throws {
        let failure = try await failure(["--role", "front"])
        #expect(failure?.status == 2)
        #expect(failure?.standardError.contains("--role: needs --mongo") == true)
    }

    @Test(
        "A data folder belongs to one server, wherever its jobs are kept",
        .enabled(if: ReplicaSet.isAvailable, "no mongod")
    )
    func sameFolder() async throws {
        let uri = try #require(ReplicaSet.sharedURI)
        let name = "jobsync_test_\(UUID().uuidString.prefix(8))"
        let options = ["--auth", "none", "--mongo", uri.replacing("/?", with: "/\(name)?")]
        let folder = try DataFolder()
        let server = try await ServerProcess.start(folder.url, options: options)
        #expect(
            server.announcement.contains { $0.hasPrefix("jobs are kept in MongoDB at 127.0.0.1:") }
        )
        let failure = await #expect(throws: ServerProcess.Failure.self) {
            try await ServerProcess.start(folder.url, options: options)
        }
        #expect(failure?.status == 2)
        #expect(failure?.standardError.contains("another server") == true)
        let reset = try await CommandRun.jobsync("token", "reset", "--data", folder.url.path)
        #expect(reset.status == 2)
        await server.end(SIGTERM)
        let attributes = try FileManager.default.attributesOfItem(
            atPath: folder.file("server-id").path
        )
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        let after = try await CommandRun.jobsync("token", "reset", "--data", folder.url.path)
        #expect(after.status == 0)
    }

    @Test(
        "TLS and a login work as the URI says, and the password is nowhere",
        .enabled(if: ReplicaSet.canStart, "no mongod")
    )
    func secure() async throws {
        let set = try await ReplicaSet.start(nodes: 1, isSecure: true)
        defer { set.stop() }
        let folder = try DataFolder(tasks: ["free": Tasks.tracing(seconds: "0.01")("free")])
        let options = ["--auth", "none", "--log-level", "debug", "--mongo"]
        let server = try await ServerProcess.start(folder.url, options: options + [set.uri])
        let client = try await Client.connect(to: server)
        try await client.subscribe()
        _ = try await client.call("jobs.new", ["task": "free", "job_id": "a1"])
        #expect(await client.waitForEnd(of: "a1")?.state == .complete)
        await server.end(SIGTERM)
        let said = try folder.serverLog + server.announcement.joined()
        #expect(!said.contains("hunter2"))

        let wrong = set.uri.replacing("hunter2", with: "hunter3")
        let denied = try await failure(["--mongo", wrong])
        #expect(denied?.status == 2)
        #expect(denied?.standardError.contains("does not let us in") == true)
        #expect(denied?.standardError.contains("hunter3") == false)
        let plain = set.uri.prefix { $0 != "&" } + "&serverSelectionTimeoutMS=500"
        let unencrypted = try await failure(["--mongo", String(plain)])
        #expect(unencrypted?.status == 2)
        #expect(unencrypted?.standardError.contains("cannot reach") == true)
    }
}
