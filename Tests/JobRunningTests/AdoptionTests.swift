import Glibc
import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(6)))
struct AdoptionTests {
    private static let twoStages: TaskDescription = {
        func stage(_ name: String, _ script: String) -> CommandStage {
            CommandStage(
                name: name,
                run: [
                    Template(literal: "sh"), Template(literal: "-c"), Template(literal: script),
                    Template(literal: "sh"), Template(literal: "{data}"),
                ],
                progress: #"(\d+)%"#
            )
        }
        let wait = "while ! test -e \"$1/go\"; do sleep 0.02; done"
        return TaskDescription(
            name: "two",
            grace: .seconds(2),
            stages: ["one", "two"],
            command: CommandTask(stages: [
                stage("one", "echo 50%; touch \"$1/begun\"; \(wait)"),
                stage("two", "echo 25%; sleep 0.3; echo done"),
            ])
        )
    }()

    /// The first runner is dropped, as a server that is killed drops its own.
    @Test func aRunningJobGoesOnAndIsFoundAgain() async throws {
        let bench = try Bench(Self.twoStages)
        let order = try bench.order("two")
        var first: WorkerRunner? = bench.makeRunner()
        await first?.start(order)
        await bench.waitFor("begun")
        let worker = try bench.workerIdentity()
        first = nil
        let second = bench.makeRunner()
        await second.adopt(order)
        try bench.write("", to: "go")
        let facts = await second.facts()
        #expect(try #require(facts.last?.end).state == .complete)
        #expect(facts.compactMap(\.progress) == [0.25, 0.375, 0.5, 0.563])
        #expect(try bench.workerIdentity() == worker)
    }

    @Test func aJobThatEndedMeanwhileIsToldWithAllOfIt() async throws {
        let bench = try Bench(.shell("echo '[1]' > r; echo hi", result: "r"))
        let order = try bench.order("script")
        let first = bench.makeRunner()
        await first.start(order)
        let told = try await first.end()
        for _ in 1...2 {
            let later = bench.makeRunner()
            await later.adopt(order)
            let facts = await later.facts()
            #expect(facts.map(\.content).first == .stageBegan(name: "work", number: 1, of: 1))
            #expect(facts.last?.end == told)
        }
    }

    @Test func aJobThatNeverRanIsStarted() async throws {
        let bench = try Bench(.shell("echo hi"))
        let runner = bench.makeRunner()
        await runner.adopt(try bench.order("script"))
        #expect(try await runner.end().state == .complete)
    }

    /// The server died after it had made the folder and before it started the worker.
    @Test func aJobThatWasOnlyPreparedIsStarted() async throws {
        let bench = try Bench(.shell("echo hi"))
        try bench.write("{\"half\": ", to: "runs/job1/job.json")
        try bench.write("", to: "runs/job1/journal.jsonl")
        try bench.write("", to: "runs/job1/lock")
        let runner = bench.makeRunner()
        await runner.adopt(try bench.order("script"))
        #expect(try await runner.end().state == .complete)
    }

    @Test func aWorkerThatDiedMeanwhileIsLostAndSweptUp() async throws {
        let mark = "7\(UInt32.random(in: 0...UInt32.max)).25"
        let bench = try Bench(
            .shell("setsid sleep \(mark) & touch \"$2/begun\"; sleep \(mark)")
        )
        let order = try bench.order("script")
        var first: WorkerRunner? = bench.makeRunner()
        await first?.start(order)
        await bench.waitFor("begun")
        let worker = try bench.workerIdentity()
        first = nil
        kill(worker.pid, SIGKILL)
        waitpid(worker.pid, nil, 0)
        #expect(!processes(withArgument: mark).isEmpty)
        let second = bench.makeRunner()
        await second.adopt(order)
        let end = try await second.end()
        #expect(end.state == .error)
        #expect(end.error?.cause == .lost)
        #expect(processes(withArgument: mark).isEmpty)
        #expect(!bench.exists("work/job1"))
    }

    @Test func aMachineThatWasRestartedIsSaid() async throws {
        let bench = try Bench(.shell("true"))
        let then = ProcessIdentity(pid: getpid(), startTime: 1, bootID: "another")
        try bench.writeJournal([.started(then), .stage(name: "work", number: 1, of: 1)])
        let runner = bench.makeRunner()
        await runner.adopt(try bench.order("script"))
        let facts = await runner.facts()
        #expect(facts.count == 2)
        let error = try #require(facts.last?.end?.error)
        #expect(error.cause == .lost)
        #expect(error.message == "the machine was restarted while the job ran")
    }

    /// A number that belongs to another process by now must not be taken for the worker's.
    @Test func anotherProcessOfThatNumberIsLeftAlone() async throws {
        let bench = try Bench(.shell("true"))
        let other = try Bystander()
        let then = ProcessIdentity(
            pid: other.identity.pid,
            startTime: 1,
            bootID: Machine.bootID
        )
        try bench.writeJournal([.started(then)])
        let runner = bench.makeRunner()
        await runner.adopt(try bench.order("script"))
        #expect(try await runner.end().error?.cause == .lost)
        #expect(other.isAlive)
    }

    @Test func anAdoptedJobCanBeCancelled() async throws {
        let bench = try Bench(Self.twoStages)
        let order = try bench.order("two")
        let first = bench.makeRunner()
        await first.start(order)
        await bench.waitFor("begun")
        let second = bench.makeRunner()
        await second.adopt(order)
        await second.cancel(order.id, reason: "by the second")
        #expect(try await second.end().state == .cancelled)
    }

    /// The first server asked it to stop and died; nothing more is needed.
    @Test func aJobThatIsStoppingEndsAsCancelled() async throws {
        let bench = try Bench(Self.twoStages)
        let order = try bench.order("two")
        let first = bench.makeRunner()
        await first.start(order)
        await bench.waitFor("begun")
        await first.cancel(order.id, reason: "by the first")
        let second = bench.makeRunner()
        await second.adopt(order)
        #expect(try await second.end().state == .cancelled)
    }

    @Test func startingAJobWhoseWorkerLivesFollowsIt() async throws {
        let bench = try Bench(Self.twoStages)
        let order = try bench.order("two")
        let first = bench.makeRunner()
        await first.start(order)
        await bench.waitFor("begun")
        let worker = try bench.workerIdentity()
        let second = bench.makeRunner()
        await second.start(order)
        try bench.write("", to: "go")
        #expect(try await second.end().state == .complete)
        #expect(try bench.workerIdentity() == worker)
    }
}
