import Foundation
import FoundationNetworking
import JSON
import JobModel
import JobProtocol
import TestSupport
import Testing

/// What the server or its machine lacks, through the doors that users have.
@Suite("The server lacks something", .timeLimit(.minutes(6)))
struct ServerTroubleTests {
    private static let options = ["--auth", "none", "--proc", "4", "--mem", "8"]

    /// The status and the body of an answer to `GET /healthz`.
    private func health(_ server: ServerProcess) async throws -> (Int, JSONValue) {
        let url = try #require(URL(string: server.url + "/healthz"))
        let (data, response) = try await URLSession.shared.data(from: url)
        let status = try #require((response as? HTTPURLResponse)?.statusCode)
        return (status, try JSONValue(parsing: Array(data)))
    }

    private func waitForHealth(_ wanted: Int, _ server: ServerProcess) async throws -> JSONValue {
        while true {
            let (status, body) = try await health(server)
            if status == wanted { return body }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func log(_ folder: DataFolder) throws -> [Substring] {
        let path = folder.url.path + ".err"
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    }

    @Test(
        "Without a worker jobs wait and say why, one at a time is tried, and all goes on by itself"
    )
    func noWorker() async throws {
        let folder = try DataFolder(tasks: ["free": Tasks.tracing(seconds: "0.01")("free")])
        let install = try Installation()
        let server = try await ServerProcess.start(folder.url, program: install.server)
        let client = try await Client.connect(to: server)
        try await client.subscribe()
        for number in 0..<60 {
            let params: JSONObject = ["task": "free", "job_id": .string("j\(number)")]
            _ = try await client.call("jobs.new", params)
        }
        let body = try await waitForHealth(503, server)
        let cause = try #require(body["troubles"]?.arrayValue?.first?["cause"]?.stringValue)
        #expect(
            cause == "the worker program \(install.worker.path) cannot be started: "
                + "No such file or directory"
        )
        #expect(body["troubles"]?.arrayValue?.first?["kind"] == "starting")
        // The first ones that were tried wait again, in the same attempt.
        await client.waitUntil { view in view.puts.count { $0.state == .running } >= 5 }
        await client.waitUntil { view in view.jobs.values.allSatisfy { $0.state == .waiting } }
        let detail = try await client.call("jobs.detail", ["_id": "j0"])
        #expect(detail["queue"]?["reason"] == "server")
        #expect(detail["queue"]?["detail"]?.stringValue == cause)
        #expect(detail["attempt"] == 1)
        let job = try Job(document: try #require(detail["job"]?.objectValue))
        #expect(job.current.restart?.message == cause)
        #expect(job.status.count <= 3)
        let status = try await CommandRun.jobsync("status", on: server)
        #expect(status.output.contains("trouble      jobs cannot be started and wait since"))
        let show = try await CommandRun.jobsync("show", "j0", on: server)
        #expect(show.output.contains("could not be started") && show.output.contains(cause))
        #expect(
            await client.view.resources.last?["troubles"]?.arrayValue?.first?["cause"]?.stringValue
                == cause
        )
        // Of sixty jobs only those were tried that were started before it was known, and one in each pause.
        #expect(await client.view.puts.count { $0.state == .running } < 20)
        try install.addWorker()
        for number in 0..<60 {
            let id = JobID(stringLiteral: "j\(number)")
            #expect(await client.waitForEnd(of: id)?.state == .complete)
        }
        _ = try await waitForHealth(200, server)
        let lines = try log(folder)
        #expect(lines.count { $0.contains("jobs cannot be started; they wait") } == 1)
        #expect(lines.count { $0.contains("jobs can be started again") } == 1)
        let trace = try folder.text("trace").split(separator: "\n")
        #expect(trace.count { $0.contains(" begin ") } == 60, "nothing ran twice")
        #expect(await server.end(SIGTERM) == 0)
    }

    @Test("Without descriptors jobs wait, and nothing ends in an error")
    func noDescriptors() async throws {
        let folder = try DataFolder(tasks: ["free": Tasks.tracing(seconds: "0.01")("free")])
        let server = try await ServerProcess.start(folder.url)
        let client = try await Client.connect(to: server)
        try await client.subscribe()
        // Two are left, too few to start a job: without any, the library that Swift's threads come from
        // ends the process.
        let files = "/proc/\(server.processIdentifier)/fd"
        let used = try FileManager.default.contentsOfDirectory(atPath: files).compactMap { Int($0) }
        let free = (0...).lazy.filter { !used.contains($0) }.prefix(2)
        try limit(server, "--nofile=\(try #require(Array(free).last) + 1):")
        for number in 0..<8 {
            let params: JSONObject = ["task": "free", "job_id": .string("j\(number)")]
            _ = try await client.call("jobs.new", params)
        }
        await client.waitUntil { view in
            view.puts.contains { $0.state == .waiting && $0.version > 0 }
        }
        try limit(server, "--nofile=1024:")
        for number in 0..<8 {
            let id = JobID(stringLiteral: "j\(number)")
            #expect(await client.waitForEnd(of: id)?.state == .complete)
        }
        _ = try await waitForHealth(200, server)
        #expect(await server.end(SIGTERM) == 0)
    }

    private func limit(_ server: ServerProcess, _ limit: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/prlimit")
        process.arguments = ["--pid", "\(server.processIdentifier)", limit]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    @Test("A job that cannot keep what it made waits, and everybody is told for how long")
    func nothingCanBeKept() async throws {
        let folder = try DataFolder(tasks: ["gate": Tasks.gate + "\noutputs: [a]"])
        let task = try folder.text("tasks/gate.yaml")
            .replacing("run: [\"true\"]", with: "run: [touch, a]")
        try folder.addTask("gate", task)
        let server = try await ServerProcess.start(folder.url)
        let client = try await Client.connect(to: server)
        try await client.subscribe()
        for id in ["j0", "j1"] {
            _ = try await client.call("jobs.new", ["task": "gate", "job_id": .string(id)])
        }
        for id: JobID in ["j0", "j1"] {
            await client.waitUntil { $0.jobs[id]?.stage == "wait" }
        }
        // Nobody can put a folder into the place of a file.
        try Data().write(to: folder.file("outputs"))
        try Data().write(to: folder.file("open"))
        var cause = ""
        while !cause.contains("(and 1 more)") {
            let body = try await waitForHealth(503, server)
            let trouble = try #require(body["troubles"]?.arrayValue?.first)
            #expect(trouble["kind"] == "keeping")
            cause = trouble["cause"]?.stringValue ?? ""
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(cause.hasSuffix(" waits: the outputs cannot be kept: Not a directory"))
        let status = try await CommandRun.jobsync("status", on: server)
        #expect(status.output.contains("trouble      what jobs make cannot be kept since"))
        #expect(
            await client.view.resources.last?["troubles"]?.arrayValue?.first?["kind"] == "keeping"
        )
        // A server that is started anew knows it too.
        #expect(await server.end(SIGTERM) == 0)
        let second = try await ServerProcess.start(folder.url)
        _ = try await waitForHealth(503, second)
        try FileManager.default.removeItem(at: folder.file("outputs"))
        _ = try await waitForHealth(200, second)
        let later = try await Client.connect(to: second)
        try await later.subscribe()
        for id: JobID in ["j0", "j1"] {
            #expect(await later.waitForEnd(of: id)?.state == .complete)
        }
        #expect(await second.end(SIGTERM) == 0)
    }

    @Test(
        "A job whose worker is lost again and again has its attempts, with rests, and then an error"
    )
    func attempts() async throws {
        let task = """
            name: fatal
            restartable: true
            attempts: 2
            stages:
              - name: work
                run: [sh, -c, 'echo >>"$1/tried"; kill -KILL $PPID; sleep 10', sh, "{data}"]
            """
        let folder = try DataFolder(tasks: ["fatal": task])
        let server = try await ServerProcess.start(folder.url)
        let client = try await Client.connect(to: server)
        try await client.subscribe()
        _ = try await client.call("jobs.new", ["task": "fatal", "job_id": "a1"])
        #expect(await client.waitForEnd(of: "a1")?.state == .error)
        #expect(try folder.text("tried") == "\n\n")
        let detail = try await client.call("jobs.detail", ["_id": "a1"])
        #expect(detail["attempt"] == 2)
        #expect(detail["attempts"] == 2)
        let job = try Job(document: try #require(detail["job"]?.objectValue))
        let restart = try #require(job.status.compactMap(\.restart).first)
        #expect(restart.attempt == 1)
        #expect(restart.cause == .signal)
        #expect(restart.server != nil)
        #expect(job.current.error?.message.hasSuffix(" (attempt 2 of 2)") == true)
        let times = job.status.filter { $0.state == .running && $0.stage == nil }.map(\.date)
        #expect(times.count == 2)
        #expect(times[1] - times[0] >= .seconds(1))
        #expect(await server.end(SIGTERM) == 0)
    }
}

/// The programs in a folder of their own, at first without the worker.
private final class Installation {
    private let scratch: ScratchFolder
    private var folder: URL { scratch.url }
    var server: URL { folder.appending(path: "jobsync") }
    var worker: URL { folder.appending(path: "jobsync-worker") }

    init() throws {
        scratch = try ScratchFolder()
        try put("jobsync")
    }

    func addWorker() throws { try put("jobsync-worker") }

    /// A link, where it can be one: the program finds its worker beside its own name on the disk.
    private func put(_ name: String) throws {
        let program = ServerProcess.programs.appending(path: name)
        let target = folder.appending(path: name)
        if link(program.path, target.path) != 0 {
            try FileManager.default.copyItem(at: program, to: target)
        }
    }
}
