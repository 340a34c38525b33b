import Foundation
import JSON
import JobModel
import Subprocess
import Testing

@Suite("The command line", .timeLimit(.minutes(6)))
struct CommandTests {
    static let naps = """
        name: naps
        proc: 1
        mem: 1
        args:
          fail: {type: boolean, default: false}
          words: {type: list, items: string}
        stages:
          - name: work
            run: [sh, -c, 'echo hello; if [ "$1" = true ]; then echo "out of tune"; exit 7; fi', work, "{args.fail}"]
        """

    @Test("Starts a job, waits for its end, and shows it")
    func wholeWay() async throws {
        let folder = try DataFolder(tasks: ["naps": Self.naps])
        let server = try await ServerProcess.start(folder.url)
        let new = try await CommandRun.jobsync(
            "new",
            "naps",
            "words=a",
            "words=b",
            "--wait",
            on: server
        )
        #expect(new.status == 0)
        #expect(new.errors == "")
        let id = try #require(new.lines.first)
        #expect(new.lines == [id], "only the id, so that a script can use it")

        let list = try await CommandRun.jobsync("list", on: server)
        #expect(list.lines.count == 2)
        #expect(list.lines.last?.hasPrefix("\(id)  complete  100%  naps") == true)
        #expect(!list.output.contains("\u{1B}"))
        let json = try await CommandRun.jobsync("list", "--json", "--state", "complete", on: server)
        #expect(try JSONValue(parsing: json.output)["_id"] == .string(id))
        let show = try await CommandRun.jobsync("show", id, on: server)
        #expect(show.output.contains("words = [\"a\",\"b\"]"))
        let tail = try await CommandRun.jobsync("tail", "--follow", id, on: server)
        #expect(tail.output.contains("work: hello\n"))
        #expect(try await CommandRun.jobsync("tail", "-n", "1", id, on: server).lines.count == 1)
        #expect(
            try await CommandRun.jobsync("archive", id, on: server).output == "\(id) archived\n"
        )
        #expect(try await CommandRun.jobsync("list", on: server).output == "")
        #expect(try await CommandRun.jobsync("list", "--archived", on: server).lines.count == 2)
        #expect(try await CommandRun.jobsync("remove", id, on: server).output == "\(id) removed\n")
        #expect(try await CommandRun.jobsync("show", id, on: server).status == 1)
        await server.end(SIGTERM)
    }

    @Test("Tells by its exit code what happened, and by one line on standard error")
    func exitCodes() async throws {
        let folder = try DataFolder(tasks: ["naps": Self.naps])
        let server = try await ServerProcess.start(folder.url)
        func check(_ run: CommandRun, _ status: Int32, _ message: String, lines: Int = 1) {
            #expect(run.status == status)
            #expect(run.errors.hasPrefix("jobsync: "))
            #expect(run.errors.contains(message), "\(run.errors)")
            #expect(run.errors.split(separator: "\n").count == lines)
        }
        let failed = try await CommandRun.jobsync("new", "naps", "fail=true", "--wait", on: server)
        check(failed, 3, "ended in error: sh ended with exit code 7")
        check(try await .jobsync("new", "naqs", on: server), 1, "did you mean \"naps\"?")
        check(try await .jobsync("new", "naps", "speed=1", on: server), 1, "args.speed")
        check(try await .jobsync("cancel", "none", on: server), 1, "there is no job", lines: 2)
        check(try await .jobsync("new", "naps", "fail=maybe", on: server), 2, "true or false")
        check(try await .jobsync("list", "--state", "odd", on: server), 2, "no state", lines: 3)
        check(try await .jobsync("list", "--odd", on: server), 2, "Unknown option", lines: 3)
        check(try await .jobsync("status", "--url", "http://127.0.0.1:1"), 4, "cannot reach")
        check(try await .jobsync("status", "--url", "localhost"), 2, "--url: must be an address")
        await server.end(SIGTERM)
    }

    @Test("Needs the right token")
    func tokens() async throws {
        let folder = try DataFolder()
        var server = try await ServerProcess.start(folder.url, options: [])
        let home = ["HOME": folder.url.path]
        let data = folder.url.path
        let without = try await CommandRun.jobsync("status", on: server)
        #expect(without.status == 5)
        #expect(without.errors.contains("the server wants a token"))
        #expect(try await CommandRun.jobsync("list", "--token", "odd", on: server).status == 5)
        let token = server.announcement.compactMap {
            $0.firstMatch(of: /^token, shown this once: (\S+)$/).map { String($0.1) }
        }.first
        let access = ["JOBSYNC_TOKEN": try #require(token)]
        #expect(try await CommandRun.jobsync("status", on: server, environment: access).status == 0)

        let refused = try await CommandRun.jobsync(
            "token",
            "reset",
            "--data",
            data,
            environment: home
        )
        #expect(refused.status == 2)
        #expect(refused.errors.contains("another server"))
        await server.end(SIGTERM)
        let reset = try await CommandRun.jobsync(
            "token",
            "reset",
            "--data",
            data,
            "--save",
            environment: home
        )
        #expect(reset.status == 0)
        server = try await ServerProcess.start(folder.url, options: [])
        #expect(try await CommandRun.jobsync("status", on: server, environment: access).status == 5)
        #expect(try await CommandRun.jobsync("status", on: server, environment: home).status == 0)
        await server.end(SIGTERM)
    }

    @Test("Shows who is connected, since when, to what, and how far behind")
    func connections() async throws {
        let folder = try DataFolder()
        let server = try await ServerProcess.start(folder.url)
        let client = try await Client.connect(to: server)
        try await client.subscribe([
            "filter": ["state": ["running", "waiting"], "task": "add_host"]
        ])
        try await client.subscribe()
        let status = try await CommandRun.jobsync("status", on: server)
        let heading = try #require(status.lines.firstIndex { $0.hasPrefix("connections  2") })
        let table = status.lines[(heading + 1)...]
        for title in ["NUMBER", "USER", "ADDRESS", "SINCE", "SUBSCRIBED TO", "BEHIND", "SENT"] {
            #expect(table.first?.contains(title) == true)
        }
        let pattern =
            /^ *\d+  local +127\.0\.0\.1:\d+  \d{4}-\d\d-\d\d [\d:]{8}  (.*\S) +0 +[\d.]+ K?B$/
        let rows = table.compactMap { $0.wholeMatch(of: pattern)?.1 }
        #expect(rows.first.map { String($0) } == "task=add_host state=running,waiting; all jobs")
        let json = try await CommandRun.jobsync("status", "--json", on: server)
        let listed = try JSONValue(parsing: json.output)["connections"]?.arrayValue ?? []
        #expect(listed.count == 2)
        #expect(listed.allSatisfy { $0["choked"] == false })
        await client.close()
        await server.end(SIGTERM)
    }

    @Test("The same id gives the same job, and a different job a conflict")
    func sameID() async throws {
        let folder = try DataFolder(tasks: ["naps": Self.naps])
        let server = try await ServerProcess.start(folder.url)
        for _ in 0..<2 {
            let run = try await CommandRun.jobsync("new", "naps", "--job-id", "mine", on: server)
            #expect(run.status == 0)
            #expect(run.output == "mine\n")
        }
        let other = try await CommandRun.jobsync(
            "new",
            "naps",
            "fail=true",
            "--job-id",
            "mine",
            on: server
        )
        #expect(other.status == 1)
        #expect(try await CommandRun.jobsync("list", "--json", on: server).lines.count == 1)
        await server.end(SIGTERM)
    }

    @Test("Waits through the server's death")
    func waitThroughDeath() async throws {
        let folder = try DataFolder(tasks: ["gate": Tasks.gate])
        var server = try await ServerProcess.start(folder.url)
        let status = try await CommandRun.following(
            "new",
            "gate",
            "--job-id",
            "g1",
            "--wait",
            on: server
        ) { line, _ in
            _ = try await line("g1")
            let client = try await Client.connect(to: server)
            try await client.subscribe()
            await client.waitUntil { $0.jobs["g1"]?.stage == "wait" }
            await server.end(SIGKILL)
            try Data().write(to: folder.file("open"))
            let port = server.port
            server = try await ServerProcess.start(folder.url, listen: "127.0.0.1:\(port)")
        }
        #expect(status == 0)
        await server.end(SIGTERM)
    }

    @Test("Ctrl-C ends the waiting and leaves the job alone")
    func interruptedWait() async throws {
        let folder = try DataFolder(tasks: ["gate": Tasks.gate])
        let server = try await ServerProcess.start(folder.url)
        let client = try await Client.connect(to: server)
        try await client.subscribe()
        let status = try await CommandRun.following(
            "new",
            "gate",
            "--job-id",
            "g1",
            "--wait",
            on: server
        ) { line, signal in
            _ = try await line("g1")
            await client.waitUntil { $0.jobs["g1"]?.stage == "wait" }
            try signal(.interrupt)
            #expect(try await line("goes on").contains("jobsync watch g1"))
        }
        #expect(status == 130)
        #expect(await client.view.jobs["g1"]?.state == .running)
        try Data().write(to: folder.file("open"))
        #expect(await client.waitForEnd(of: "g1")?.state == .complete)
        await server.end(SIGTERM)
    }

    @Test("Watches on a pipe, a line for each change, through the server's death")
    func watchOnPipe() async throws {
        let folder = try DataFolder(tasks: ["gate": Tasks.gate])
        var server = try await ServerProcess.start(folder.url)
        let status = try await CommandRun.following("watch", "w1", on: server) { line, signal in
            var run = try await CommandRun.jobsync("new", "gate", "--job-id", "w1", on: server)
            #expect(run.status == 0)
            _ = try await line("running  25%  gate  wait")
            await server.end(SIGKILL)
            _ = try await line("trying again")
            let port = server.port
            server = try await ServerProcess.start(folder.url, listen: "127.0.0.1:\(port)")
            _ = try await line("connected again")
            try Data().write(to: folder.file("open"))
            _ = try await line("complete  100%")
            run = try await CommandRun.jobsync("archive", "w1", on: server)
            #expect(run.status == 0)
            _ = try await line("w1  gone")
            try signal(.terminate)
        }
        #expect(status == -SIGTERM)
        await server.end(SIGTERM)
    }

    @Test("Limits tasks, cores and memory; checks and reloads task files")
    func limits() async throws {
        let folder = try DataFolder(tasks: ["naps": Self.naps])
        let server = try await ServerProcess.start(folder.url)
        #expect(
            try await CommandRun.jobsync("task", "limit", "naps", "2", on: server).output
                == "naps limit 2\n"
        )
        #expect(
            try await CommandRun.jobsync("task", "limit", "naps", "none", on: server).output
                == "naps limit none\n"
        )
        #expect(try await CommandRun.jobsync("task", "limit", "naps", "x", on: server).status == 2)
        let resources = try await CommandRun.jobsync("resources", "--proc", "2", on: server)
        #expect(resources.lines.first == "cores   0 of 2 in use")
        let file = folder.file("tasks/naps.yaml").path
        #expect(try await CommandRun.jobsync("task", "check", file).status == 0)
        try folder.addTask("bad", "name: Bad\n")
        let check = try await CommandRun.jobsync(
            "task",
            "check",
            folder.file("tasks/bad.yaml").path
        )
        #expect(check.status == 1)
        #expect(check.errors.contains("bad.yaml:1"))
        let reload = try await CommandRun.jobsync("task", "reload", on: server)
        #expect(reload.status == 1)
        #expect(reload.errors.contains("bad.yaml:1"))
        #expect(reload.output.contains("naps"))
        await server.end(SIGTERM)
    }

    @Test("A configuration file with an unknown setting ends the server with code 2")
    func badConfiguration() async throws {
        let folder = try DataFolder()
        let file = folder.file("config.yaml")
        try Data("proc: 1\nspeed: 9\n".utf8).write(to: file)
        let run = try await CommandRun.jobsync("serve", "--config", file.path)
        #expect(run.status == 2)
        #expect(run.errors.hasPrefix("jobsync: \(file.path):2: speed: unknown setting; known are"))
        #expect(run.errors.split(separator: "\n").count == 1)
    }

    @Test("Help, version and completion scripts")
    func help() async throws {
        let commands = [
            "new", "cancel", "archive", "remove", "list", "show", "watch", "tail", "serve",
            "status", "resources", "task", "token",
        ]
        let help = try await CommandRun.jobsync("--help")
        #expect(help.status == 0)
        #expect(help.errors == "")
        for command in commands {
            #expect(help.output.contains("  \(command) "))
            #expect(try await CommandRun.jobsync(command, "--help").status == 0)
        }
        #expect(try await CommandRun.jobsync("--version").output == "jobsync 0.1.0\n")
        for shell in ["bash", "zsh", "fish"] {
            let script = try await CommandRun.jobsync("--generate-completion-script", shell)
            #expect(script.status == 0)
            #expect(script.output.contains("jobsync"))
        }
    }
}
