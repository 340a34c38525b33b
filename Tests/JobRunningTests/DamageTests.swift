import Glibc
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

/// What a tool, or a person, can put in the place of a file.
enum Obstacle: CaseIterable, CustomTestStringConvertible {
    case pipe, folder, endlessDevice, linkToNowhere, linkToItself

    static let insteadOfAFolder = allCases.filter { $0 != .folder }

    var testDescription: String { "\(self)" }

    func stand(at path: FilePath) throws {
        try Files.remove(path)
        switch self {
        case .pipe: try #require(path.withPlatformString { mkfifo($0, 0o600) } == 0)
        case .folder: try Files.makeFolder(path)
        case .endlessDevice: try Files.link(path, to: "/dev/zero")
        case .linkToNowhere: try Files.link(path, to: "/nowhere/at/all")
        case .linkToItself: try Files.link(path, to: path)
        }
    }
}

/// Something else stands in the place of a file that the runner or a worker opens by its name.
@Suite(.timeLimit(.minutes(6)))
struct DamageTests {
    private let bench: Bench
    private let order: LaunchOrder

    init() throws {
        let waiting = "touch \"$2/begun\"; while ! test -e \"$2/go\"; do sleep 0.02; done"
        bench = try Bench(.shell(waiting), .shell("true", named: "other"))
        order = try bench.order("script")
    }

    private var run: FilePath { bench.folders.run(of: order.id) }

    /// Starts the job with a runner that is gone when this returns.
    private func startAndDrop() async {
        let first = bench.makeRunner()
        await first.start(order)
        await bench.waitFor("begun")
    }

    /// Lets another job run to its end, and then this one; returns how this one ended.
    private func finish(with runner: WorkerRunner) async throws -> JobEnd {
        var facts = runner.facts.makeAsyncIterator()
        await runner.start(try bench.order("other", id: "other"))
        while let fact = await facts.next() {
            if let end = fact.end, fact.id == "other" {
                #expect(end.state == .complete)
                try bench.write("", to: "go")
            } else if let end = fact.end {
                return end
            }
        }
        throw TestFailure(description: "the job has no end")
    }

    @Test(arguments: ["journal.jsonl", "job.json", "orders.jsonl", "lock"], Obstacle.allCases)
    func aLaterRunnerIsNotHeldUp(by name: String, _ obstacle: Obstacle) async throws {
        await startAndDrop()
        try obstacle.stand(at: run.appending(name))
        let runner = bench.makeRunner()
        await runner.adopt(order)
        let end = try await finish(with: runner)
        if name == "journal.jsonl" {
            let error = try #require(end.error)
            #expect(error.cause == .lost)
            #expect(error.message.contains("its journal cannot be read: it is no regular file"))
        } else {
            #expect(end.state == .complete)
        }
    }

    @Test(arguments: Obstacle.allCases)
    func theRunnerThatFollowsAJournalIsNotHeldUp(by obstacle: Obstacle) async throws {
        let runner = bench.makeRunner()
        await runner.start(order)
        await bench.waitFor("begun")
        try obstacle.stand(at: run.appending("journal.jsonl"))
        #expect(try await finish(with: runner).error?.cause == .lost)
    }

    @Test(arguments: Obstacle.allCases)
    func anOrderToCancelReplacesWhatStandsThere(_ obstacle: Obstacle) async throws {
        let runner = bench.makeRunner()
        await runner.start(order)
        await bench.waitFor("begun")
        try obstacle.stand(at: run.appending("orders.jsonl"))
        await runner.cancel(order.id, reason: "test")
        #expect(JobOrders(in: run).isCancelled)
        #expect(try await runner.end().state == .cancelled)
    }

    @Test(
        "Without its run folder a job ends as lost, when its worker has ended it",
        arguments: Obstacle.insteadOfAFolder
    )
    func aRunFolderThatIsNone(_ obstacle: Obstacle) async throws {
        await startAndDrop()
        try obstacle.stand(at: run)
        let runner = bench.makeRunner()
        await runner.adopt(order)
        #expect(try await finish(with: runner).error?.cause == .lost)
        await runner.forget(order.id)
        #expect(!bench.exists("runs/job1"))
    }

    @Test(arguments: Obstacle.insteadOfAFolder)
    func aJobWithoutItsRunFolderCanBeCancelled(_ obstacle: Obstacle) async throws {
        await startAndDrop()
        // It would end itself some time.
        let worker = try bench.workerIdentity().pid
        kill(worker, SIGSTOP)
        try obstacle.stand(at: run)
        let runner = bench.makeRunner()
        await runner.adopt(order)
        await runner.cancel(order.id, reason: "test")
        kill(worker, SIGCONT)
        #expect(try await runner.end().state == .cancelled)
        #expect(processes(withArgument: run.string).isEmpty)
    }

    @Test(arguments: Obstacle.allCases)
    func whatIsInTheWayOfAnAttemptIsRemoved(_ obstacle: Obstacle) async throws {
        try bench.write("", to: "go")
        try Files.makeFolder(bench.folders.logs)
        try Files.makeFolder(run.removingLastComponent())
        try obstacle.stand(at: bench.folders.log(of: order.id))
        if obstacle == .folder {
            try Files.makeFolder(run.appending("lock"))
        } else {
            try obstacle.stand(at: run)
        }
        let runner = bench.makeRunner()
        await runner.start(order)
        #expect(try await runner.end().state == .complete)
        #expect(try bench.log().contains("complete"))
    }

    @Test(
        "What is in the runs folder and is no run folder is removed, and nothing made where it leads"
    )
    func strays() async throws {
        let elsewhere = bench.folders.data.appending("elsewhere")
        try Files.makeFolder(elsewhere)
        try bench.write("x", to: "runs/file")
        try Files.link(bench.folders.run(of: "link"), to: elsewhere)
        try Obstacle.pipe.stand(at: bench.folders.run(of: "pipe"))
        try Files.makeFolder(bench.folders.run(of: "inner"))
        try Obstacle.pipe.stand(at: bench.folders.run(of: "inner").appending("lock"))
        let runner = bench.makeRunner()
        #expect(await runner.sweep(keeping: []) == [])
        await runner.finishSweep()
        #expect(try Files.names(in: bench.folders.data.appending("runs")) == [])
        #expect(try Files.names(in: elsewhere) == [])
    }

    @Test("A worker that lost its run folder and that nobody knows is told to run")
    func unknownWorker() async throws {
        await startAndDrop()
        let worker = try bench.workerIdentity().pid
        kill(worker, SIGSTOP)
        try Obstacle.pipe.stand(at: run)
        let runner = bench.makeRunner()
        #expect(await runner.sweep(keeping: []) == [order.id])
        kill(worker, SIGCONT)
        await runner.adopt(order)
        _ = try await finish(with: runner)
    }

    @Test(arguments: Obstacle.allCases)
    func theServersOwnFilesHoldUpNobody(_ obstacle: Obstacle) async throws {
        for name in ["lease.json", "lease.json.new", "history.json", "history.json.new"] {
            try obstacle.stand(at: bench.folders.data.appending(name))
        }
        let runner = bench.makeRunner(lease: .seconds(30))
        await runner.renewLease(until: .now + .seconds(20))
        let lease = WorkerLease(file: bench.folders.lease, duration: .seconds(30))
        #expect(lease.end() != nil)
        #expect(await runner.leftovers(of: [], epoch: "e", seq: 1) == [])
    }
}
