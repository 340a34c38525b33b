import Glibc
import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

/// A signal is no order: only what the server has written down makes a job cancelled.
@Suite(.timeLimit(.minutes(6)))
struct InterruptionTests {
    private static func waiting(_ more: String = "") throws -> TaskDescription {
        try .shell(
            "\(more) echo $$ > \"$2/tool\"; mv \"$2/tool\" \"$2/begun\"; while :; do sleep 0.05; done",
            cleanup: "touch \"$2/cleaned\""
        )
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP, SIGQUIT])
    func aWorkerThatIsSignalledWithoutAnOrderIsInterrupted(signal: Int32) async throws {
        let bench = try Bench(Self.waiting())
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        await bench.waitFor("begun")
        kill(try bench.workerIdentity().pid, signal)
        let end = try await runner.end()
        #expect(end.state == .error)
        #expect(end.error?.cause == .signal)
        #expect(end.error?.message.hasPrefix("the job was interrupted: its worker got SIG") == true)
        #expect(end.isInterrupted)
        #expect(bench.exists("cleaned"))
        #expect(!bench.exists("work/job1"))
        let later = bench.makeRunner()
        await later.adopt(try bench.order("script"))
        #expect(try await later.end() == end)
    }

    @Test(arguments: [(SIGTERM, true), (SIGHUP, true), (SIGSEGV, false)])
    func aToolThatIsSignalledIsNotCancelled(signal: Int32, isInterrupted: Bool) async throws {
        let bench = try Bench(Self.waiting())
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        await bench.waitFor("begun")
        let text = try Files.read(bench.folders.data.appending("begun")).dropLast()
        kill(try #require(Int32(String(decoding: text, as: UTF8.self))), signal)
        let end = try await runner.end()
        #expect(end.state == .error)
        #expect(end.error?.cause == .signal)
        #expect(end.isInterrupted == isInterrupted)
    }

    /// As a service manager does when it stops a group: worker and tools get it alike.
    @Test func aWholeTreeThatIsSignalledIsInterrupted() async throws {
        let bench = try Bench(Self.waiting())
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        await bench.waitFor("begun")
        let worker = try bench.workerIdentity().pid
        let tools = ProcessTable.read().descendants(of: [worker])
        for process in tools.map(\.pid) + [worker] { kill(process, SIGTERM) }
        let end = try await runner.end()
        #expect(end.state == .error)
        #expect(end.error?.cause == .signal)
        #expect(end.isInterrupted)
    }

    /// The order comes while the job is on its way out already.
    @Test func anOrderAfterAnInterruptionCounts() async throws {
        let bench = try Bench(
            .shell(
                "trap 'touch \"$2/asked\"' TERM; "
                    + "touch \"$2/begun\"; while :; do sleep 0.05; done",
                grace: .seconds(60)
            )
        )
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        await bench.waitFor("begun")
        kill(try bench.workerIdentity().pid, SIGTERM)
        await bench.waitFor("asked")
        await runner.cancel("job1", reason: "cancelled by igboyes")
        for tool in processes(withArgument: bench.folders.data.string)
        where tool != (try bench.workerIdentity().pid) {
            kill(tool, SIGKILL)
        }
        #expect(try await runner.end().state == .cancelled)
    }

    /// Server and worker both died after the order was written, before anybody acted on it.
    @Test(arguments: [true, false])
    func whatWasOrderedBeforeAllDiedIsCancelled(isOrdered: Bool) async throws {
        let bench = try Bench(Self.waiting("trap '' TERM;"))
        let order = try bench.order("script")
        var first: WorkerRunner? = bench.makeRunner()
        await first?.start(order)
        await bench.waitFor("begun")
        let worker = try bench.workerIdentity()
        kill(worker.pid, SIGSTOP)
        first = nil
        if isOrdered {
            try JobOrders(in: bench.folders.run(of: order.id)).cancel(reason: "enough")
        }
        kill(worker.pid, SIGKILL)
        waitpid(worker.pid, nil, 0)
        let second = bench.makeRunner()
        await second.adopt(order)
        let end = try await second.end()
        #expect(end.state == (isOrdered ? .cancelled : .error))
        #expect(end.error?.cause == (isOrdered ? nil : .lost))
        #expect(processes(withArgument: bench.folders.data.string).isEmpty)
    }

    /// The worker lives, but was not told before its server died.
    @Test func anOrderThatWasNotDeliveredIs() async throws {
        let bench = try Bench(Self.waiting())
        let order = try bench.order("script")
        var first: WorkerRunner? = bench.makeRunner()
        await first?.start(order)
        await bench.waitFor("begun")
        first = nil
        try JobOrders(in: bench.folders.run(of: order.id)).cancel(reason: "enough")
        let second = bench.makeRunner()
        await second.adopt(order)
        #expect(try await second.end().state == .cancelled)
    }

    @Test(arguments: [
        ("", false), ("\n{\"order\":\"can", false), ("{\"order\":\"pause\"}\n", false),
        ("[]\nnull\n\u{0}\n", false), ("{\"order\":\"can\n{\"order\":\"cancel\"}\n", true),
    ])
    func whatIsWrittenHalfIsNoOrder(text: String, isCancelled: Bool) throws {
        let bench = try Bench()
        let run = bench.folders.run(of: "job1")
        try bench.write(text, to: "runs/job1/orders.jsonl")
        #expect(JobOrders(in: run).isCancelled == isCancelled)
        try JobOrders(in: run).cancel(reason: String(repeating: "\u{1F600}\n", count: 100_000))
        #expect(JobOrders(in: run).isCancelled)
        #expect(try #require(Files.size(of: run.appending("orders.jsonl"))) < 64 << 10)
    }
}
