import Glibc
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

/// Jobs of which not all is there any more that would say what became of them.
@Suite(.timeLimit(.minutes(6)))
struct DoubtTests {
    private func adopt(_ bench: Bench, past: LaunchPast?) async throws -> JobEnd {
        var order = try bench.order("script")
        order = LaunchOrder(
            id: order.id,
            task: order.task,
            args: order.args,
            resources: order.resources,
            username: order.username,
            past: past
        )
        let runner = bench.makeRunner()
        await runner.adopt(order)
        return try await runner.end()
    }

    @Test("A job that was in a stage does not begin anew, whatever has become of its run folder")
    func inStage() async throws {
        let bench = try Bench(.shell("touch \"$2/ran\""))
        let end = try await adopt(bench, past: .inStage("work"))
        #expect(end.state == .error && end.error?.cause == .lost)
        #expect(end.error?.message.contains("stage “work”") == true)
        #expect(try bench.log().contains("error: it was in the stage “work”"))
        #expect(!bench.exists("ran"))
        // Told alike if that is not committed.
        #expect(try await adopt(bench, past: .inStage("work")) == end)
    }

    @Test("A job whose end was forgotten does not begin anew if it has left anything behind")
    func forgotten() async throws {
        let bench = try Bench(.shell("echo >>\"$2/ran\""))
        #expect(try await adopt(bench, past: .forgotten).state == .complete)
        let runner = bench.makeRunner()
        #expect(await runner.traces(of: ["job1", "job2"]) == ["job1"])
        // Its end stands in its run folder.
        #expect(try await adopt(bench, past: .forgotten).state == .complete)
        try Files.remove(bench.folders.run(of: "job1"))
        let end = try await adopt(bench, past: .forgotten)
        #expect(end.state == .error && end.error?.cause == .lost)
        #expect(Files.size(of: bench.folders.data.appending("ran")) == 1)
    }

    @Test("A worker whose run folder is gone is found and ended, and its job not started beside it")
    func inhabited() async throws {
        let mark = "7\(UInt32.random(in: 0...UInt32.max)).25"
        let bench = try Bench(.shell("echo >>\"$2/ran\"; sleep \(mark)"))
        var first: WorkerRunner? = bench.makeRunner()
        await first?.start(try bench.order("script"))
        await bench.waitFor("ran")
        let worker = try bench.workerIdentity()
        first = nil
        // It would end itself some time.
        kill(worker.pid, SIGSTOP)
        try Files.remove(bench.folders.run(of: "job1"))
        let end = try await adopt(bench, past: nil)
        #expect(end.error?.cause == .lost)
        #expect(processes(withArgument: mark).isEmpty)
        waitpid(worker.pid, nil, 0)
        #expect(Files.size(of: bench.folders.data.appending("ran")) == 1)
    }

    @Test("A job that was given back in a stage is given back again, until that is committed")
    func givenBack() async throws {
        let bench = try Bench(.shell("true"))
        try bench.writeJournal([
            .started(ProcessIdentity(pid: 1, startTime: 1, bootID: "another")),
            .stage(name: "work", number: 1, of: 1), .notStarted("no threads"),
        ])
        for _ in 1...2 {
            let runner = bench.makeRunner()
            await runner.adopt(try bench.order("script"))
            #expect(try await runner.problem().message == "no threads")
        }
    }
}
