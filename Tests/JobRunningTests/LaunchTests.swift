import Glibc
import JobModel
import JobRunning
import JobTasks
import Synchronization
import SystemPackage
import Testing

/// What the server or its machine lacks is not the job's fault: it did not begin, and can be started anew.
@Suite("Jobs that cannot be started", .timeLimit(.minutes(6)))
struct LaunchTests {
    private let bench: Bench

    init() throws { bench = try Bench(.shell("echo ran >> \"$2/ran\"")) }

    /// Starts the job, which cannot begin, and then once more as it should be.
    private func problem(
        _ runner: WorkerRunner,
        repair: () throws -> Void = {}
    ) async throws -> LaunchProblem {
        let order = try bench.order("script")
        await runner.start(order)
        let facts = await runner.facts()
        #expect(facts.allSatisfy { $0.end == nil })
        let problem = try #require(facts.last?.problem)
        #expect(!bench.exists("ran"))
        try repair()
        #expect(!bench.exists("runs/job1") && !bench.exists("work/job1"), "nothing is left of it")
        let second = bench.makeRunner()
        await second.start(order)
        #expect(try await second.end().state == .complete)
        #expect(try Files.read(bench.folders.data.appending("ran")) == Array("ran\n".utf8))
        return problem
    }

    @Test("The worker program is missing")
    func missing() async throws {
        let problem = try await problem(bench.makeRunner(worker: "/nowhere/jobsync-worker"))
        #expect(
            problem
                == LaunchProblem(
                    "the worker program /nowhere/jobsync-worker cannot be started: "
                        + "No such file or directory"
                )
        )
    }

    @Test(
        "The worker dies before it begins",
        arguments: [
            (
                "echo no such library; exit 127",
                "ended with exit code 127 before it began: no such library"
            ),
            ("exit 0", "ended with exit code 0 before it began"),
            ("kill -SEGV $$", "was ended by SIGSEGV (Segmentation fault) before it began"),
            (
                "echo '{\"t\":\"2026-01-01T00:00:00Z\",\"event\":\"started\",\"pid\":1,"
                    + "\"start_time\":1,\"boot_id\":\"b\"}' > \"$1/journal.jsonl\"; kill -KILL $$",
                "was ended by SIGKILL (Killed) before it began"
            ),
        ]
    )
    func dies(script: String, end: String) async throws {
        let worker = try bench.makeWorker(script)
        let problem = try await problem(bench.makeRunner(worker: worker))
        #expect(problem.message == "the worker program \(worker) \(end)")
        #expect(problem.mayBeTheJobs)
    }

    @Test("A folder cannot be made", arguments: ["runs", "logs/jobs", "work"])
    func folder(name: String) async throws {
        try bench.write("", to: name)
        let problem = try await problem(bench.makeRunner()) {
            try Files.remove(bench.folders.data.appending(name))
        }
        #expect(problem.message.contains("\(bench.folders.data)/\(name) cannot be"))
        #expect(!problem.mayBeTheJobs)
    }

    @Test("A worker that says nothing is ended")
    func silent() async throws {
        let mark = "8\(UInt32.random(in: 0...UInt32.max)).25"
        let worker = try bench.makeWorker("exec sleep \(mark)")
        let runner = bench.makeRunner(worker: worker, silence: .milliseconds(300))
        let problem = try await problem(runner)
        #expect(problem.message.hasPrefix("the worker program \(worker) said nothing for"))
        #expect(processes(withArgument: mark).isEmpty)
    }

    @Test("A silent worker of an earlier server is ended, and the job started")
    func silentAdopted() async throws {
        let mark = "9\(UInt32.random(in: 0...UInt32.max)).25"
        let worker = try bench.makeWorker("exec sleep \(mark)")
        let order = try bench.order("script")
        var first: WorkerRunner? = bench.makeRunner(worker: worker)
        await first?.start(order)
        first = nil
        let second = bench.makeRunner(silence: .milliseconds(300))
        await second.adopt(order)
        var end = await second.facts().last?.end
        if end == nil {
            // On a busy machine the good worker says nothing for as long.
            let third = bench.makeRunner()
            await third.start(order)
            end = try await third.end()
        }
        #expect(end?.state == .complete)
        #expect(processes(withArgument: mark).isEmpty)
    }

    @Test("A job that is cancelled while its worker says nothing is cancelled")
    func cancelled() async throws {
        let worker = try bench.makeWorker("exec sleep infinity")
        let runner = bench.makeRunner(worker: worker)
        let order = try bench.order("script")
        await runner.start(order)
        await runner.cancel(order.id, reason: "test")
        #expect(try await runner.end().state == .cancelled)
    }

    @Test("The worker can open no files")
    func noFiles() async throws {
        let worker = try bench.makeWorker("ulimit -n 10; exec \"$WORKER\" \"$1\"")
        let problem = try await problem(bench.makeRunner(worker: worker))
        #expect(problem.message.contains("Too many open files"))
    }

    @Test("The worker can make no threads")
    func threads() async throws {
        // Root may start as many processes as it likes, but not have more memory than its limit.
        let worker = try bench.makeWorker("ulimit -s 68719476736; exec \"$WORKER\" \"$1\"")
        let runner = bench.makeRunner(worker: worker)
        await runner.start(try bench.order("script"))
        let facts = await runner.facts()
        if let problem = facts.last?.problem {
            #expect(problem.message.hasSuffix("before it began: the worker can make no threads"))
        }
    }

    private func run(_ command: String...) throws {
        var process: Int32 = 0
        var arguments = command.map { strdup($0) } + [nil]
        try #require(posix_spawnp(&process, command[0], nil, nil, &arguments, environ) == 0)
        var status: CInt = 0
        waitpid(process, &status, 0)
        try #require(status == 0)
    }

    @Test(
        "The tool of a later stage waits until it can be started, with however many files it could open",
        arguments: [4, 8, 12, 16]
    )
    func laterTool(spare: Int) async throws {
        func stage(_ name: String, _ script: String) -> CommandStage {
            CommandStage(
                name: name,
                run: ["sh", "-c", script, "sh", "{data}"].map { Template(literal: $0) }
            )
        }
        let lower = """
            echo one >> "$1/ran"; echo $PPID > "$1/worker.pid"
            # Not below what is in use: what runs already would break.
            highest=$(ls /proc/$PPID/fd | sort -n | tail -n 1)
            prlimit --pid $PPID --nofile=$((highest + 1 + \(spare))):1024
            """
        let task = TaskDescription(
            name: "two",
            stages: ["one", "two"],
            command: CommandTask(stages: [
                stage("one", lower), stage("two", "echo two >> \"$1/ran\""),
            ])
        )
        let bench = try Bench(task)
        let runner = bench.makeRunner()
        await runner.start(try bench.order("two"))
        let isOver = Mutex(false)
        let waiting = Task {
            defer { isOver.withLock { $0 = true } }
            return try await runner.end()
        }
        while try !bench.log().contains("trying again until it works"), !isOver.withLock(\.self) {
            try await Task.sleep(for: .milliseconds(20))
        }
        let pid = String(
            decoding: try Files.read(bench.folders.data.appending("worker.pid")),
            as: UTF8.self
        )
        try? run("prlimit", "--pid", pid.filter(\.isNumber), "--nofile=1024:1024")
        let end = try await waiting.value
        #expect(end.state == .complete)
        #expect(try Files.read(bench.folders.data.appending("ran")) == Array("one\ntwo\n".utf8))
    }
}
