import Glibc
import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

/// What a job keeps of its work folder: all of it when it is complete, or nothing.
@Suite(.timeLimit(.minutes(6)))
struct KeptOutputTests {
    private func run(
        _ script: String,
        outputs: [String],
        optional: Bool = false
    ) async throws -> (bench: Bench, end: JobEnd) {
        let patterns = try outputs.map { try OutputPattern(Template($0), isOptional: optional) }
        let bench = try Bench(.shell(script, outputs: patterns))
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        return (bench, try await runner.end())
    }

    private func list(_ bench: Bench) async -> [String] {
        await JobOutputs(folders: bench.folders).list(of: "job1").map { "\($0.name) \($0.size)" }
    }

    private func names(_ bench: Bench, in folder: String) -> [String] {
        (try? Files.names(in: bench.folders.data.pushing(FilePath(folder)))) ?? []
    }

    @Test(
        "What cannot be put into the server's folder waits, until it can or the job is to stop",
        arguments: [true, false]
    )
    func waits(isCancelled: Bool) async throws {
        let bench = try Bench(.shell("echo hi >a", outputs: [OutputPattern(Template("a"))]))
        try bench.write("a file, and no folder", to: "outputs")
        let runner = bench.makeRunner()
        let order = try bench.order("script")
        await runner.start(order)
        var facts: [JobFact] = []
        for await fact in runner.facts {
            facts.append(fact)
            if case .waits(let lack?) = fact.content {
                #expect(lack == "the outputs cannot be kept: Not a directory")
                #expect(try bench.log().contains(lack))
                if isCancelled {
                    await runner.cancel(order.id, reason: "test")
                } else {
                    try Files.remove(bench.folders.outputs)
                }
            }
            if fact.end != nil { break }
        }
        #expect(facts.contains { $0.content == .waits(nil) })
        #expect(facts.last?.end?.state == (isCancelled ? .cancelled : .complete))
        #expect(await list(bench) == (isCancelled ? [] : ["a 3"]))
    }

    @Test func whatMatchesIsKeptAndTheRestIsGone() async throws {
        let (bench, end) = try await run(
            """
            mkdir -p qc/deep .hid; echo sam > out.sam; echo x > left
            for f in a.html b.html .c.html d.txt; do echo hi > qc/$f; done
            echo 1 > qc/deep/e.log; echo 2 > f.log; echo 3 > .hid/g.log; echo 4 > '{id}'
            ln -s qc/d.txt link.txt; ln -s qc qq
            """,
            outputs: [
                "out.sam", "./out.sam", "qc/[ab].html", "**/*.log", "link.txt", "qq/d.tx?",
                "{{id}}",
            ]
        )
        #expect(end.state == .complete)
        #expect(
            await list(bench) == [
                "f.log 2", "link.txt 3", "out.sam 4", "qc/a.html 3", "qc/b.html 3",
                "qc/deep/e.log 2", "qq/d.txt 3", "{id} 2",
            ]
        )
        #expect(!bench.exists("work/job1"))
        #expect(names(bench, in: "outputs") == ["job1"])
        #expect(try bench.log().contains("Z kept 8 outputs\n"))
        let file = try await JobOutputs(folders: bench.folders).open("link.txt", of: "job1")
        #expect(try await file.read(from: 1, limit: 9) == Array("i\n".utf8))
    }

    @Test(
        arguments: [
            ("true", "out.sam", "outputs: no file matches out.sam"),
            ("mkdir a", "a/*", "outputs: no file matches a/*"),
            ("mkdir a; touch a/b", "a", "outputs: a is a folder; write a/** for all that is in it"),
            ("ln -s /etc/passwd p", "*", "outputs: p is a link that leads out of the work folder"),
            ("ln -s / r", "r/etc/passwd", "outputs: r is a link that leads out of the work folder"),
            ("ln -s .. r", "r/*", "outputs: r is a link that leads out of the work folder"),
            ("ln -s . r; touch a", "r/a", "outputs: r is a link that leads out of the work folder"),
            ("ln -s nowhere n", "n", "outputs: n is a link that leads nowhere"),
            ("mkfifo f", "f", "outputs: f is neither a file nor a folder"),
            (#"touch "$(printf '\377')""#, "*", "outputs: the name of \u{FFFD} is not UTF-8"),
            (
                "mkdir m; cd m; seq 1000 | xargs touch", "m/**",
                "outputs: 1001 files match, and a job may keep 1000"
            ),
        ]
    )
    func whatCannotBeKeptIsAnError(script: String, pattern: String, message: String) async throws {
        let (bench, end) = try await run("touch good; \(script)", outputs: ["good", pattern])
        #expect(end.state == .error)
        #expect(end.error?.cause == .task)
        #expect(end.error?.message == message)
        #expect(names(bench, in: "outputs").isEmpty)
    }

    /// To Linux a letter is as many names as there are ways to write it; to Swift it is one.
    @Test(arguments: ["**", "?*", "é"])
    func namesThatLookAlikeAreFilesOfTheirOwn(pattern: String) async throws {
        let names = ["A\u{30A}", "e\u{301}", "\u{C5}", "\u{E9}", "\u{212B}"]
        let makes = names.enumerated().map { "seq \($0 + 1) >'\($1)'" }.joined(separator: "; ")
        let (bench, end) = try await run(makes, outputs: [pattern, "*"])
        #expect(end.state == .complete)
        #expect(try bench.log().contains("kept 5 outputs\n"))
        let listed = await JobOutputs(folders: bench.folders).list(of: "job1")
        #expect(listed.map { ExactText($0.name) } == names.map { ExactText($0) })
        #expect(listed.map(\.size) == [2, 4, 6, 8, 10])
        let outputs = JobOutputs(folders: bench.folders)
        for (number, name) in names.enumerated() {
            #expect(try await outputs.open(name, of: "job1").size == 2 * (number + 1))
        }
    }

    @Test func whatIsOptionalMayBeMissing() async throws {
        let (bench, end) = try await run("touch a", outputs: ["*.b"], optional: true)
        #expect(end.state == .complete)
        #expect(await list(bench).isEmpty)
    }

    /// What stands for a placeholder is a name, whatever it holds.
    @Test(
        arguments: [
            ("a*[b]?", nil), ("a b/c", nil), ("x\\y", nil), ("é\u{301}", nil), ("*\u{301}", nil),
            ("a b/\u{301}", nil),
            ("../out", "outputs: ../out: must not contain '..'"),
            (
                "/etc/passwd",
                "outputs: /etc/passwd: must be relative to the work folder, not begin with '/'"
            ),
            ("", "outputs: : must not be empty"),
        ] as [(String, String?)]
    )
    func valuesStandForThemselves(name: String, message: String?) async throws {
        let stage = CommandStage(
            name: "work",
            run: try [
                "sh", "-c", "mkdir 'a b'; touch axb x\u{301} ../out; touch \"$1\" || true", "sh",
            ]
            .map { try Template($0) } + [try Template("{args.name}")]
        )
        let task = TaskDescription(
            name: "script",
            arguments: [ArgumentDescription(name: "name", type: .string)],
            stages: ["work"],
            command: CommandTask(
                stages: [stage],
                outputs: [try OutputPattern(Template("{args.name}"))]
            )
        )
        let bench = try Bench(task)
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script", args: ["name": .string(name)]))
        let end = try await runner.end()
        #expect(end.error?.message == message)
        #expect(await list(bench) == (message == nil ? ["\(name) 0"] : []))
    }

    @Test(arguments: ["exit 1", "kill -9 $$", "kill -9 $PPID; sleep 9"])
    func aJobThatFailsKeepsNothing(ending: String) async throws {
        let (bench, end) = try await run("touch a; \(ending)", outputs: ["a"])
        #expect(end.state == .error)
        #expect(names(bench, in: "outputs").isEmpty)
    }

    /// A tool that was left running could write on to what is kept.
    @Test func nothingWritesToWhatIsKept() async throws {
        let (bench, end) = try await run(
            "(trap '' TERM; while :; do echo more >> a; done) & while [ ! -s a ]; do :; done",
            outputs: ["a"]
        )
        #expect(end.state == .complete)
        let outputs = JobOutputs(folders: bench.folders)
        let before = await outputs.list(of: "job1")
        #expect(await outputs.list(of: "job1") == before)
        #expect(processes(withArgument: bench.folders.work(of: "job1").string).isEmpty)
    }

    /// The worker dies after the files are in their place and before it has said so.
    @Test func aWorkerThatDiesBeforeItsLastWordHasKeptNothing() async throws {
        let bench = try Bench(.shell("true"))
        let gone = ProcessIdentity(pid: 1, startTime: 1, bootID: Machine.bootID)
        try bench.writeJournal([.started(gone), .stage(name: "work", number: 1, of: 1)])
        try bench.write("x", to: "outputs/job1/a")
        try bench.write("x", to: "outputs/.job1.part/b")
        let runner = bench.makeRunner()
        await runner.adopt(try bench.order("script"))
        #expect(try await runner.end().state == .error)
        #expect(names(bench, in: "outputs").isEmpty)
    }

    @Test func outputsOnAnotherFileSystemAreCopied() async throws {
        let other = FilePath("/dev/shm/jobsync-test-\(UInt64.random(in: 0...UInt64.max))")
        try Files.makeFolder(other)
        defer { try? Files.remove(other) }
        let pattern = try OutputPattern(Template("**"))
        let bench = try Bench(.shell("mkdir d; echo a > d/a; echo b > b", outputs: [pattern]))
        try Files.link(bench.folders.outputs, to: other)
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        #expect(try await runner.end().state == .complete)
        #expect(await list(bench) == ["b 2", "d/a 2"])
        #expect(try Files.names(in: other) == ["job1"])
    }

    @Test func theyGoWithTheJob() async throws {
        let (bench, _) = try await run("touch a", outputs: ["a"])
        await bench.makeRunner().removeLog("job1")
        #expect(names(bench, in: "outputs").isEmpty)
    }

    @Test(arguments: [
        "", ".", "..", "/", "a/", "/a", "../job1/a", "d", "d/../a", "link", "dlink/a", "a\u{0}",
        "d//b", "a/b", "none", "pipe",
    ])
    func nothingElseIsOpened(name: String) async throws {
        let bench = try Bench()
        for file in ["a", "d/b"] { try bench.write("x", to: "outputs/job1/\(file)") }
        let folder = bench.folders.outputs(of: "job1")
        try Files.link(folder.appending("link"), to: "/etc/passwd")
        try Files.link(folder.appending("dlink"), to: folder)
        #expect(folder.appending("pipe").withPlatformString { mkfifo($0, 0o644) } == 0)
        let outputs = JobOutputs(folders: bench.folders)
        #expect(await outputs.list(of: "job1").map(\.name) == ["a", "d/b"])
        #expect(try await outputs.open("d/b", of: "job1").size == 1)
        await #expect(throws: Errno.noSuchFileOrDirectory) {
            try await outputs.open(name, of: "job1")
        }
    }

    /// A server over the wrong store, or an older copy of it, must not take results for what was removed.
    @Test func whatIsOfAnotherHistoryIsNoLeftover() async throws {
        let bench = try Bench()
        try bench.write("x", to: "outputs/job1/a")
        try bench.write("x", to: "logs/jobs/job2.log")
        let ids: [JobID] = ["job1", "job2", "job3"]
        let runner = bench.makeRunner()
        #expect(await runner.leftovers(of: ids, epoch: "one", seq: 5).isEmpty, "never seen before")
        #expect(await runner.leftovers(of: ids, epoch: "one", seq: 5) == ["job1", "job2"])
        #expect(await runner.leftovers(of: ids, epoch: "two", seq: 9).isEmpty)
        #expect(await runner.leftovers(of: ids, epoch: "one", seq: 4).isEmpty)
        #expect(await runner.leftovers(of: ids, epoch: "one", seq: 7) == ["job1", "job2"])
        #expect(await runner.leftovers(of: ids, epoch: "one", seq: 6).isEmpty)
        try bench.write("damaged", to: "history.json")
        #expect(await runner.leftovers(of: ids, epoch: "one", seq: 8).isEmpty)
    }

    @Test("What is on its way out lies in a file without a name")
    func spool() async throws {
        let bench = try Bench()
        let bytes = (0..<9_000_001).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let file = try await JobOutputs(folders: bench.folders).spool(bytes)
        #expect(file.size == bytes.count)
        #expect(try Files.names(in: bench.folders.gone).isEmpty)
        #expect(try await file.read(from: 0, limit: 10_000_000) == bytes)
        #expect(try await file.read(from: 9_000_000, limit: 10) == bytes.suffix(1))
        #expect(try await file.read(from: 9_000_001, limit: 10).isEmpty)
    }
}
