import Glibc
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

/// Workers whose journals were damaged while no server watched them.
@Suite(.timeLimit(.minutes(6)))
struct DamagedJournalTests {
    /// Runs once, until it may end.
    private static func makeBench() throws -> Bench {
        try Bench(.shell("echo >>\"$2/ran\"; while ! test -e \"$2/go\"; do sleep 0.02; done"))
    }

    private func start(on bench: Bench) async throws -> ProcessIdentity {
        var first: WorkerRunner? = bench.makeRunner()
        await first?.start(try bench.order("script"))
        await bench.waitFor("ran")
        let worker = try bench.workerIdentity()
        first = nil
        return worker
    }

    private func flip(_ place: Int, in bench: Bench) throws {
        let journal = bench.folders.run(of: "job1").appending("journal.jsonl")
        var bytes = try Files.read(journal)
        bytes[place] ^= 0x80
        // The same file: the worker goes on writing to it.
        let file = try Files.open(journal, O_WRONLY)
        defer { close(file) }
        try Files.write(bytes[...], to: file)
    }

    /// Has another runner take up the job and cancel it, with which its worker must end.
    private func cancel(_ worker: ProcessIdentity, on bench: Bench) async throws {
        let second = bench.makeRunner()
        let order = try bench.order("script")
        await second.adopt(order)
        await second.cancel(order.id, reason: "test")
        #expect(try await second.end().state == .cancelled)
        waitpid(worker.pid, nil, 0)
        #expect(ProcessTable.entry(of: worker.pid) == nil)
    }

    @Test("A worker whose first line is damaged lives, is left alone and comes to its end")
    func goesOn() async throws {
        let bench = try Self.makeBench()
        _ = try await start(on: bench)
        try flip(5, in: bench)
        let second = bench.makeRunner(silence: .zero)
        await second.adopt(try bench.order("script"))
        try bench.write("", to: "go")
        #expect(try await second.end().state == .complete)
        #expect(Files.size(of: bench.folders.data.appending("ran")) == 1)
    }

    @Test("A worker whose first line is damaged is cancelled as any other")
    func cancelled() async throws {
        let bench = try Self.makeBench()
        let worker = try await start(on: bench)
        try flip(5, in: bench)
        try await cancel(worker, on: bench)
    }

    @Test("A worker whose journal was taken away lives, and its job does not run twice")
    func removed() async throws {
        let bench = try Self.makeBench()
        _ = try await start(on: bench)
        try Files.remove(bench.folders.run(of: "job1").appending("journal.jsonl"))
        let second = bench.makeRunner(silence: .zero)
        await second.adopt(try bench.order("script"))
        try bench.write("", to: "go")
        #expect(try await second.end().error?.cause == .lost)
        #expect(Files.size(of: bench.folders.data.appending("ran")) == 1)
    }

    @Test(
        "A worker whose lock was replaced lives, and is cancelled as any other",
        arguments: [true, false]
    )
    func replacedLock(isCancelled: Bool) async throws {
        let bench = try Self.makeBench()
        let worker = try await start(on: bench)
        let lock = bench.folders.run(of: "job1").appending("lock")
        try Files.remove(lock)
        try Files.write([], to: lock)
        let second = bench.makeRunner()
        let order = try bench.order("script")
        await second.adopt(order)
        if isCancelled {
            await second.cancel(order.id, reason: "test")
        } else {
            try bench.write("", to: "go")
        }
        #expect(try await second.end().state == (isCancelled ? .cancelled : .complete))
        waitpid(worker.pid, nil, 0)
        #expect(Files.size(of: bench.folders.data.appending("ran")) == 1)
    }

    @Test("A journal that names another process brings it no harm")
    func forged() async throws {
        let bench = try Self.makeBench()
        let worker = try await start(on: bench)
        let other = try Bystander()
        try bench.writeJournal([.started(other.identity)])
        try await cancel(worker, on: bench)
        #expect(other.isAlive)
    }

    @Test("A worker that died after something unreadable may have begun")
    func unreadable() async throws {
        let bench = try Self.makeBench()
        let worker = try bench.makeWorker("echo garbage >\"$1/journal.jsonl\"; exit 3")
        let runner = bench.makeRunner(worker: worker)
        await runner.start(try bench.order("script"))
        #expect(try await runner.end().error?.cause == .lost)
    }

    @Test("A silent worker of an earlier server that bears no mark is ended all the same")
    func unmarked() async throws {
        let mark = "8\(UInt32.random(in: 0...UInt32.max)).25"
        let bench = try Bench(.shell("true"))
        let worker = try bench.makeWorker("exec env -i sleep \(mark)")
        let order = try bench.order("script")
        var first: WorkerRunner? = bench.makeRunner(worker: worker)
        await first?.start(order)
        first = nil
        let second = bench.makeRunner(silence: .zero)
        await second.adopt(order)
        // Then it was started anew, perhaps so slowly that it was silent here too.
        _ = await second.facts()
        #expect(processes(withArgument: mark).isEmpty)
    }
}
