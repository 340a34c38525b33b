import Glibc
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

/// A worker that cannot start its tool is not left standing there for ever.
@Suite(
    "A tool that does not come",
    .enabled(if: HungFolder.isPossible, "needs FUSE, and the right to mount"),
    .timeLimit(.minutes(6))
)
final class StuckToolTests {
    private let bench: Bench
    private let hung: HungFolder

    init() throws {
        func stage(_ name: String, _ command: String...) -> CommandStage {
            CommandStage(name: name, run: command.map { Template(literal: $0) })
        }
        func task(_ name: String, _ stages: CommandStage...) -> TaskDescription {
            TaskDescription(
                name: name,
                grace: .seconds(1),
                stages: stages.map(\.name),
                command: CommandTask(stages: stages)
            )
        }
        let hanging = stage("hanging", "{data}/hung/tool")
        bench = try Bench(
            task("first", hanging),
            task("later", stage("good", "sh", "-c", "echo >>\"$1/ran\"", "sh", "{data}"), hanging)
        )
        try bench.write("#!/bin/sh\necho here\n", to: "hung/tool")
        chmod(bench.folders.data.pushing("hung/tool").string, 0o755)
        hung = try HungFolder(over: bench.folders.data.appending("hung"))
    }

    /// Before anybody removes what it lies over.
    deinit { hung.release() }

    @Test("Gives the job back if it is the first one, and begins it anew when it can come")
    func first() async throws {
        let runner = bench.makeRunner(toolPatience: .milliseconds(600))
        await runner.start(try bench.order("first"))
        let problem = try await runner.problem()
        #expect(problem.message.hasPrefix("the worker could not start its tool for 600 ms"))
        hung.release()
        let second = bench.makeRunner()
        await second.start(try bench.order("first"))
        #expect(try await second.end().state == .complete)
        #expect(try bench.log().contains(" hanging: here\n"))
    }

    @Test("Ends the job if something of it was done, which must not be done twice")
    func later() async throws {
        // So long that the first stage's tool comes in time on any machine.
        let runner = bench.makeRunner(toolPatience: .seconds(6))
        await runner.start(try bench.order("later"))
        let error = try #require(try await runner.end().error)
        #expect(error.cause == .lost)
        #expect(error.message.hasPrefix("the worker could not start its tool for 6 s"))
        #expect(Files.size(of: bench.folders.data.appending("ran")) == 1)
        #expect(!bench.exists("work/job1"))
    }

    @Test("Lets the job be cancelled while it is waited for")
    func cancelled() async throws {
        // For longer than any machine needs to cancel it.
        let runner = bench.makeRunner(toolPatience: .seconds(600))
        let order = try bench.order("first")
        await runner.start(order)
        var facts = runner.facts.makeAsyncIterator()
        #expect(await facts.next()?.content == .stageBegan(name: "hanging", number: 1, of: 1))
        await runner.cancel(order.id, reason: "test")
        #expect(await facts.next()?.end?.state == .cancelled)
    }
}
