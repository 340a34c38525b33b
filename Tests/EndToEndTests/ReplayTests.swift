import Foundation
import JSON
import JobModel
import JobRecording
import Testing

@Suite("Recordings and replays", .timeLimit(.minutes(6)))
struct ReplayTests {
    static func tasks() -> [String: String] {
        ["naps": CommandTests.naps, "stubborn": Tasks.stubborn]
    }

    /// Three clients make, cancel, follow, archive and ask; one says things that cannot be read.
    static func converse(_ server: ServerProcess) async throws {
        let watcher = try await Client.connect(to: server)
        try await watcher.subscribe()
        let maker = try await Client.connect(to: server)
        var ids: [JobID] = []
        for number in 0..<3 {
            let made = try await maker.call(
                "jobs.new",
                ["task": "naps", "args": ["fail": .bool(number == 2)]]
            )
            ids.append(try #require(made["_id"]?.stringValue.flatMap { JobID($0) }))
        }
        _ = try await maker.call("jobs.new", ["task": "naps", "job_id": "mine"])
        _ = try await maker.call("jobs.new", ["task": "naps", "job_id": "mine"])
        _ = try? await maker.call("jobs.new", ["task": "naqs"])
        _ = try? await maker.call("jobs.explode")
        let other = try await Client.connect(to: server)
        let stubborn = try await other.call("jobs.new", ["task": "stubborn"])
        let resisting = try #require(stubborn["_id"]?.stringValue.flatMap { JobID($0) })
        await watcher.waitUntil(resisting, is: .running)
        _ = try await other.call("jobs.cancel", ["_id": .string(resisting.rawValue)])
        for id in ids + ["mine", resisting] { _ = await watcher.waitForEnd(of: id) }
        let ended = JSONValue.array(ids.map { .string($0.rawValue) } + ["nobody"])
        _ = try await other.call("jobs.archive", ["_id": ended])
        _ = try await other.call("jobs.remove", ["_id": .string(ids[0].rawValue)])
        _ = try? await other.call("jobs.cancel", ["_id": .string(ids[1].rawValue)])
        _ = try await other.call("jobs.detail", ["_id": "mine"])
        _ = try await other.call("jobs.find", ["filter": ["_id": ended], "limit": 1])
        _ = try await other.call("resources.get")
        for client in [maker, other, watcher] { await client.close() }
    }

    /// A recording, and the folder that it is in and goes with.
    struct Recording {
        let folder: DataFolder
        var path: String { folder.file("talk.jsonl").path }
    }

    /// Records that conversation and ends the server.
    static func record() async throws -> Recording {
        let folder = try DataFolder(tasks: tasks())
        let recording = Recording(folder: folder)
        let server = try await ServerProcess.start(
            folder.url,
            options: ["--auth", "none", "--proc", "4", "--mem", "8", "--record", recording.path]
        )
        try await converse(server)
        await server.end(SIGTERM)
        return recording
    }

    static func report(_ run: CommandRun) throws -> JSONValue {
        try JSONValue(parsing: try #require(run.lines.first, "\(run.errors)"))
    }

    @Test("A conversation that is replayed on another server agrees", arguments: ["max", "2"])
    func agreement(speed: String) async throws {
        let recording = try await Self.record()
        let folder = try DataFolder(tasks: Self.tasks())
        let server = try await ServerProcess.start(folder.url)
        let run = try await CommandRun.jobsync(
            "replay",
            recording.path,
            "--speed",
            speed,
            "--json",
            on: server
        )
        let report = try Self.report(run)
        #expect(report["first_differences"] == [])
        #expect(report["agrees"] == true)
        // A machine that is busy with other tests may well be late by its own plan.
        #expect(run.status == (report["valid"] == true ? 0 : 7))
        #expect(report["compared_answers"] == report["calls"])
        #expect(report["compared_jobs"] == 5)
        #expect(report["connections"] == 3)
        #expect(report["methods"]?["jobs.new"]?["count"] == 7)
        #expect((report["push"]?["count"]?.integerValue ?? 0) > 0)
        let text = try await CommandRun.jobsync(
            "replay",
            recording.path,
            server.url,
            "--speed",
            "max"
        )
        #expect(text.output.contains("all agree"), "a second time, on a server that has jobs")
        #expect(text.lines.contains { $0.hasPrefix("jobs.new") })
        await server.end(SIGTERM)
    }

    @Test("Copies at once each make their own jobs")
    func copies() async throws {
        let recording = try await Self.record()
        let folder = try DataFolder(tasks: Self.tasks())
        let server = try await ServerProcess.start(folder.url)
        let run = try await CommandRun.jobsync(
            "replay",
            recording.path,
            "--speed",
            "max",
            "--copies",
            "2",
            "--json",
            on: server
        )
        let report = try Self.report(run)
        #expect(report["first_differences"] == [])
        #expect(report["connections"] == 6)
        #expect(report["compared_jobs"] == 10)
        let jobs = try await CommandRun.jobsync("list", "--all", "--json", on: server)
        #expect(jobs.lines.count == 8, "of five each, one is removed")
        await server.end(SIGTERM)
    }

    @Test("What differs is told, and by the exit code too")
    func differences() async throws {
        let recording = try await Self.record()
        let folder = try DataFolder(tasks: ["naps": CommandTests.naps])
        let server = try await ServerProcess.start(folder.url)
        let run = try await CommandRun.jobsync(
            "replay",
            recording.path,
            "--speed",
            "max",
            on: server
        )
        #expect(run.status == 6)
        #expect(
            run.output.contains("jobs.new: the error bad_arguments")
                || run.output.contains("jobs.new: the error not_found"),
            "\(run.output)"
        )
        #expect(run.output.contains("was not made"))
        await server.end(SIGTERM)
    }

    @Test("A recording that is damaged in its middle is replayed up to there, and is not valid")
    func damageInTheMiddle() async throws {
        let recording = try await Self.record()
        let (folder, path) = (recording.folder, recording.path)
        var lines = try folder.text("talk.jsonl").split(separator: "\n").map(String.init)
        let damaged = lines.count / 2
        lines[damaged] = "{" + lines[damaged]
        let text = lines.joined(separator: "\n") + "\n"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let server = try await ServerProcess.start(folder.url)
        let run = try await CommandRun.jobsync(
            "replay",
            path,
            "--speed",
            "max",
            "--json",
            on: server
        )
        #expect(run.status == 7)
        let report = try JSONValue(parsing: run.output)
        #expect(report["valid"] == false)
        let problems = (report["problems"]?.arrayValue ?? []).compactMap(\.stringValue)
        let read = lines[..<damaged].reduce(0) { $0 + $1.utf8.count + 1 }
        #expect(
            problems.contains {
                $0.contains("not read to its end: line \(damaged + 1): no event that can be read")
                    && $0.contains("byte \(read) of \(text.utf8.count)")
            },
            "\(problems)"
        )
        await server.end(SIGTERM)
    }

    @Test("A damaged recording is replayed up to the damage, with a warning, and is not valid")
    func damage() async throws {
        let recording = try await Self.record()
        let (folder, path) = (recording.folder, recording.path)
        let lines = try folder.text("talk.jsonl").split(separator: "\n")
        let cut = lines[..<6].joined(separator: "\n") + "\n" + lines[6].prefix(10)
        try cut.write(toFile: path, atomically: true, encoding: .utf8)
        let server = try await ServerProcess.start(folder.url)
        let run = try await CommandRun.jobsync("replay", path, "--speed", "max", on: server)
        #expect(run.status == 7)
        #expect(run.errors.contains("line 7: the end is cut off"))
        #expect(run.errors.split(separator: "\n").count == 1)
        try "nothing".write(toFile: path, atomically: true, encoding: .utf8)
        let other = try await CommandRun.jobsync("replay", path, on: server)
        #expect(other.status == 1)
        #expect(other.errors.contains("not a recording"))
        await server.end(SIGTERM)
    }

    @Test("A message that grows too long by the ids of a replay is not the server's fault")
    func grown() async throws {
        let recording = try await Self.record()
        let (folder, path) = (recording.folder, recording.path)
        func calls(_ padding: Int) -> JSONValue {
            let calls = (0..<100).map { number -> JSONValue in
                let pad = String(repeating: "x", count: 10_300 + (number == 0 ? padding : 0))
                let params: JSONValue = [
                    "task": "naps", "job_id": .string("grown-\(number)"),
                    "args": ["pad": .string(pad)],
                ]
                return [
                    "jsonrpc": "2.0", "id": .integer(number), "method": "jobs.new",
                    "params": params,
                ]
            }
            return .array(calls)
        }
        // It just fits as it was recorded.
        let most = 1 << 20
        let fitting = calls(most - calls(0).encoded.count)
        #expect(fitting.encoded.count == most)
        let answers = (0..<100).map { number -> JSONValue in
            let made: JSONValue = ["_id": .string("grown-\(number)"), "created": true, "seq": 1]
            return ["jsonrpc": "2.0", "id": .integer(number), "result": made]
        }
        let events: [JSONValue] = [
            ["t": 3_000_000, "c": 99, "dir": "open"],
            ["t": 3_000_001, "c": 99, "dir": "in", "msg": fitting],
            ["t": 3_000_002, "c": 99, "dir": "out", "msg": .array(answers)],
            ["t": 3_000_003, "c": 99, "dir": "close", "msg": ["code": 1000]],
        ]
        let more = events.map { String(decoding: $0.encoded, as: UTF8.self) + "\n" }
        let text = try folder.text("talk.jsonl") + more.joined()
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let server = try await ServerProcess.start(folder.url)
        let run = try await CommandRun.jobsync("replay", path, "--speed", "max", on: server)
        #expect(run.status == 7)
        #expect(run.output.contains("connection 99: with the ids of this replay in it"))
        await server.end(SIGTERM)
    }

    @Test("A recording whose clock went back has no valid figures")
    func clock() async throws {
        let recording = try await Self.record()
        let (folder, path) = (recording.folder, recording.path)
        var lines = try folder.text("talk.jsonl").split(separator: "\n")
        lines.append(#"{"t":0,"c":99,"dir":"open"}"#)
        let text = lines.joined(separator: "\n") + "\n"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let server = try await ServerProcess.start(folder.url)
        let run = try await CommandRun.jobsync("replay", path, "--speed", "max", on: server)
        #expect(run.status == 7)
        #expect(run.output.contains("the clock went back"))
        await server.end(SIGTERM)
    }

    @Test("No token is written, however it was shown, and the file is its owner's")
    func tokens() async throws {
        let folder = try DataFolder(tasks: Self.tasks())
        let path = folder.file("talk.jsonl").path
        let options = ["--proc", "4", "--mem", "8", "--record", path]
        let server = try await ServerProcess.start(folder.url, options: options)
        let token = try #require(
            server.announcement.first { $0.hasPrefix("token") }?.split(separator: " ").last
                .map(String.init)
        )
        let client = try await Client.connect(to: server)
        _ = try await client.call("session.authenticate", ["token": .string(token)])
        _ = try? await client.call("session.authenticate", ["token": "wrong", "tokn": "wrong"])
        _ = try await client.call("jobs.new", ["task": "naps", "job_id": "a"])
        await client.close()
        let named = try await Client.connect(to: server, token: token)
        _ = try await named.call("session.whoami")
        await named.close()
        await server.end(SIGTERM)
        let text = try folder.text("talk.jsonl")
        #expect(!text.contains(token))
        #expect(text.contains(#""method":"session.authenticate","params":{"token":"***"}"#))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect((mode as? NSNumber)?.intValue == 0o600)

        let error = await #expect(throws: ServerProcess.Failure.self) {
            try await ServerProcess.start(folder.url, options: options)
        }
        #expect(error?.status == 2)
        #expect(error?.standardError.contains("is there already") == true)
        #expect(try folder.text("talk.jsonl") == text, "it is as it was")

        let elsewhere = try DataFolder()
        let taken = try await ServerProcess.start(elsewhere.url)
        let unused = folder.file("unused.jsonl")
        await #expect(throws: ServerProcess.Failure.self) {
            try await ServerProcess.start(
                folder.url,
                listen: "127.0.0.1:\(taken.port)",
                options: ["--record", unused.path]
            )
        }
        #expect(!folder.exists("unused.jsonl"), "a server that cannot start leaves no recording")
        await taken.end(SIGTERM)

        let again = try await ServerProcess.start(folder.url, options: Array(options.dropLast(2)))
        let run = try await CommandRun.jobsync(
            "replay",
            path,
            "--speed",
            "max",
            on: again,
            environment: ["JOBSYNC_TOKEN": token]
        )
        #expect(run.status == 0, "\(run.output)")
        #expect(
            try await CommandRun.jobsync("replay", path, on: again).status == 5,
            "without a token nobody is let in"
        )
        await again.end(SIGTERM)
    }
}
