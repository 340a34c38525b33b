import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(6)))
struct RunTests {
    @Test func aJobRunsToItsEnd() async throws {
        let bench = try Bench(
            .shell(
                "echo hello; echo '{\"answer\": 42}' > result.json",
                result: "{work}/result.json"
            )
        )
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        let facts = await runner.facts()
        #expect(facts.map(\.content).first == .stageBegan(name: "work", number: 1, of: 1))
        let end = try #require(facts.last?.end)
        #expect(end.state == .complete)
        #expect(end.result == ["answer": 42])
        #expect(try #require(end.usage?.peakMemory) > 0)
        #expect(!bench.exists("work/job1"))
        #expect(try bench.log().contains(" work: hello\n"))
        await runner.forget("job1")
        #expect(!bench.exists("runs/job1"))
        await runner.removeLog("job1")
        #expect(!bench.exists("logs/jobs/job1.log"))
    }

    @Test("What a job has used is not what the server has used before")
    func peakMemory() async throws {
        // As a server that had much to do once.
        let past = [UInt8](repeating: 1, count: 400 << 20)
        #expect(past.last == 1)
        let bench = try Bench(.shell("true"))
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        let peak = try #require(try await runner.end().usage?.peakMemory)
        #expect(peak < 200 << 20)
    }

    @Test func aMissingToolIsSaidWithItsPackage() async throws {
        let work = CommandStage(name: "work", run: [try Template("spades.py.missing")])
        let task = TaskDescription(
            name: "script",
            stages: ["work"],
            command: CommandTask(stages: [work])
        )
        let bench = try Bench(task)
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        let error = try #require(try await runner.end().error)
        #expect(error.cause == .spawn)
        #expect(error.message == "spades.py.missing is not installed (not found on PATH)")
    }

    @Test func aFailingToolTellsItsLastLines() async throws {
        let bench = try Bench(
            .shell("for i in $(seq 30); do echo line $i; done; echo bad >&2; exit 3")
        )
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        let end = try await runner.end()
        #expect(end.state == .error)
        let error = try #require(end.error)
        #expect(error.cause == .exit)
        #expect(error.message == "sh ended with exit code 3")
        #expect(error.log.count == 20)
        #expect(error.log.contains("line 30"))
        #expect(error.log.contains("bad"))
    }

    @Test func aToolThatIsEndedByASignalSaysWhich() async throws {
        let bench = try Bench(.shell("kill -SEGV $$"))
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        let error = try #require(try await runner.end().error)
        #expect(error.cause == .signal)
        #expect(error.message == "sh was ended by SIGSEGV (Segmentation fault)")
    }

    @Test func otherExitCodesMayMeanSuccess() async throws {
        let bench = try Bench(.shell("exit 3") { $0.exitCodes = [0, 3] })
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        #expect(try await runner.end().state == .complete)
    }

    @Test func aForbiddenLineIsFailure() async throws {
        let bench = try Bench(
            .shell("echo ok; echo 'Malformed record 7' >&2") { $0.forbidden = ["^Malformed"] }
        )
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        let error = try #require(try await runner.end().error)
        #expect(error.cause == .task)
        #expect(error.message == "sh failed, for it said: Malformed record 7")
    }

    @Test(arguments: [("true", "did not make"), ("touch out", "left empty")])
    func aFileThatIsMissingIsFailure(script: String, what: String) async throws {
        let bench = try Bench(.shell(script) { $0.files = [Template(literal: "out")] })
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        let error = try #require(try await runner.end().error)
        #expect(error.message == "sh ended without an error, but \(what) the file out")
    }

    @Test(arguments: [
        ("", "cannot be read"), ("echo [1 > r", "is not JSON"), ("echo 1 > r", nil),
        ("head -c 2000000 /dev/zero > r", "has more than 1 MiB, as a job's result may have; name"),
    ])
    func theResultIsRead(script: String, problem: String?) async throws {
        let bench = try Bench(.shell(script + "\n true", result: "r"))
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        let end = try await runner.end()
        if let problem {
            #expect(try #require(end.error).message.contains(problem))
        } else {
            #expect(end.result == 1)
        }
    }

    @Test func aJobThatTakesTooLongIsEnded() async throws {
        let bench = try Bench(
            .shell("sleep infinity", grace: .seconds(1), timeout: .milliseconds(300))
        )
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        let error = try #require(try await runner.end().error)
        #expect(error.cause == .timeout)
        #expect(error.message == "the job took longer than its task allows (300 ms)")
        #expect(!bench.exists("work/job1"))
    }

    @Test func anUnknownTaskIsAnError() async throws {
        let bench = try Bench()
        let runner = bench.makeRunner()
        await runner.start(try bench.order("nothing"))
        let error = try #require(try await runner.end().error)
        #expect(error == JobError(cause: .spawn, message: "there is no task nothing any more"))
    }

    @Test func argumentsAreOneArgumentEach() async throws {
        let stage = CommandStage(
            name: "work",
            run: try [
                "printf", "[%s]\\n", "{args.text}", "a{args.text}b", "{args.list}", "{args.file}",
                "{id} {task} {proc} {mem} {{x}}", "{args.object}", "{args.flag}", "{work}",
                "{data}",
            ].map { try Template($0) }
        )
        let task = TaskDescription(
            name: "script",
            arguments: [
                ArgumentDescription(name: "text", type: .string),
                ArgumentDescription(name: "list", type: .list),
                ArgumentDescription(name: "file", type: .path),
                ArgumentDescription(name: "object", type: .object),
                ArgumentDescription(name: "flag", type: .boolean),
            ],
            stages: ["work"],
            command: CommandTask(stages: [stage])
        )
        let bench = try Bench(task)
        try bench.write("x", to: "in/a file")
        let runner = bench.makeRunner()
        await runner.start(
            try bench.order(
                "script",
                args: [
                    "text": "$(touch /tmp/x); 'a \"b {work}", "list": ["one two", "", "three"],
                    "file": "in/a file", "object": ["k": [1, 2]], "flag": true,
                ]
            )
        )
        #expect(try await runner.end().state == .complete)
        let text = "$(touch /tmp/x); 'a \"b {work}"
        let data = try #require(DataPath.realPath(bench.folders.data))
        let expected = [
            text, "a\(text)b", "one two", "", "three", "\(data)/in/a file", "job1 script 1 1 {x}",
            "{\"k\":[1,2]}", "true", bench.folders.work(of: "job1").string,
            bench.folders.data.string,
        ]
        let printed = try bench.log().split(separator: "\n")
            .compactMap { $0.split(separator: " work: ", maxSplits: 1).last }
            .filter { $0.hasPrefix("[") }
        #expect(printed.map { String($0) } == expected.map { "[\($0)]" })
    }

    @Test func toolsFindTheirSurroundings() async throws {
        let bench = try Bench(
            .shell("env | sort; pwd; readlink /proc/self/fd/0; ls -l /proc/self/fd | wc -l")
        )
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        _ = try await runner.end()
        let log = try bench.log()
        let work = bench.folders.work(of: "job1").string
        for line in [
            "LC_ALL=C", "TMPDIR=\(work)", "JOBSYNC_JOB=job1", work, "/dev/null",
            "JOBSYNC_RUN=\(bench.folders.run(of: "job1"))",
        ] {
            #expect(log.contains(" work: \(line)\n"), "\(line) in \(log)")
        }
        // 0, 1, 2, the folder that ls reads, and the line "total".
        #expect(log.contains(" work: 5\n"))
    }

    @Test func cleanUpRunsAfterAnError() async throws {
        let bench = try Bench(
            .shell("touch \"$2/made\"; exit 1", cleanup: "rm \"$2/made\"; echo cleaned")
        )
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        #expect(try await runner.end().state == .error)
        #expect(!bench.exists("made"))
        #expect(try bench.log().contains("Z cleaned\n"))
    }

    /// A tool may start a process that outlives it and holds its output open.
    @Test func whatAToolLeavesRunningIsEnded() async throws {
        let mark = "3\(UInt32.random(in: 0...UInt32.max)).25"
        let bench = try Bench(.shell("setsid sleep \(mark) & echo started"))
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        #expect(try await runner.end().state == .complete)
        #expect(processes(withArgument: mark).isEmpty)
    }

    @Test func fiftyJobsAtOnce() async throws {
        let bench = try Bench(.shell("echo $JOBSYNC_JOB; sleep 0.1"))
        let runner = bench.makeRunner()
        for number in 1...50 {
            await runner.start(try bench.order("script", id: "job\(number)"))
        }
        let facts = await runner.facts(untilEndOf: 50)
        let ends = facts.compactMap(\.end)
        #expect(ends.count == 50)
        #expect(ends.allSatisfy { $0.state == .complete })
        for number in 1...50 {
            #expect(try bench.log("job\(number)").contains("work: job\(number)\n"))
            await runner.forget("job\(number)")
        }
        #expect(try Files.names(in: bench.folders.data.appending("runs")).isEmpty)
        #expect(try Files.names(in: bench.folders.data.appending("work")).isEmpty)
    }
}
