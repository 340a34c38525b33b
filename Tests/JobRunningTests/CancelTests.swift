import Glibc
import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(6)))
struct CancelTests {
    @Test func toolsEndBySigtermAndCleanUpRuns() async throws {
        let bench = try Bench(
            .shell(
                "trap 'echo asked; exit 0' TERM; touch \"$2/made\"; while :; do sleep 0.05; done",
                cleanup: "rm \"$2/made\""
            )
        )
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        await bench.waitFor("made")
        await runner.cancel("job1", reason: "cancelled by igboyes")
        let end = try await runner.end()
        #expect(end == JobEnd(state: .cancelled, usage: end.usage))
        let log = try bench.log()
        #expect(log.contains("Z cancelled by igboyes\n"))
        #expect(log.contains(" work: asked\n"))
        #expect(!bench.exists("made"))
        #expect(!bench.exists("work/job1"))
    }

    /// Wherever its worker stands at that moment; it may have begun, but does not go on.
    @Test func aJobCancelledAtOnceIsCancelled() async throws {
        let mark = "5\(UInt32.random(in: 0...UInt32.max)).25"
        let bench = try Bench(.shell("sleep \(mark)"))
        let runner = bench.makeRunner()
        for number in 1...10 {
            let order = try bench.order("script", id: "job\(number)")
            await runner.start(order)
            await runner.cancel(order.id, reason: "at once")
        }
        let ends = await runner.facts(untilEndOf: 10).compactMap(\.end)
        #expect(ends.map(\.state) == Array(repeating: .cancelled, count: 10))
        #expect(processes(withArgument: mark).isEmpty)
        for number in 1...10 { #expect(!bench.exists("work/job\(number)")) }
    }

    /// Sessions of their own, forked twice, deaf to SIGTERM, and some without the marker.
    @Test func nothingOfAStubbornTreeLivesAfterTheGrace() async throws {
        let mark = "9\(UInt32.random(in: 0...UInt32.max)).25"
        let bench = try Bench(
            .shell(
                """
                trap '' TERM
                for i in 1 2 3; do
                  setsid sh -c 'trap "" TERM; (sleep \(mark) & sleep \(mark)) & sleep \(mark)' &
                done
                env -i setsid sh -c 'trap "" TERM; cd /; (exec -a x sleep \(mark)) & sleep \(mark)' &
                touch "$2/started"
                while :; do setsid sleep \(mark) & sleep 0.2; done
                """,
                grace: .milliseconds(800)
            )
        )
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        await bench.waitFor("started")
        await runner.cancel("job1", reason: "now")
        #expect(try await runner.end().state == .cancelled)
        #expect(processes(withArgument: mark).isEmpty)
        #expect(!bench.exists("work/job1"))
    }

    /// The worker itself hangs: the server ends all of it.
    @Test func aWorkerThatDoesNotAnswerIsKilledWithAllOfIt() async throws {
        let mark = "8\(UInt32.random(in: 0...UInt32.max)).25"
        let bench = try Bench(
            .shell(
                "trap '' TERM; setsid sh -c 'trap \"\" TERM; sleep \(mark) & sleep \(mark)' & "
                    + "touch \"$2/started\"; sleep \(mark)",
                grace: .milliseconds(500)
            )
        )
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        await bench.waitFor("started")
        let worker = try bench.workerIdentity()
        kill(worker.pid, SIGSTOP)
        await runner.cancel("job1", reason: "now")
        #expect(try await runner.end().state == .cancelled)
        #expect(processes(withArgument: mark).isEmpty)
        #expect(!bench.exists("work/job1"))
    }

    @Test func cleanUpThatHangsIsEnded() async throws {
        let mark = "5\(UInt32.random(in: 0...UInt32.max)).25"
        let bench = try Bench(
            .shell(
                "touch \"$2/s\"; sleep \(mark)",
                grace: .seconds(1),
                cleanup: "trap '' TERM; sleep \(mark)"
            )
        )
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        await bench.waitFor("s")
        await runner.cancel("job1", reason: "now")
        #expect(try await runner.end().state == .cancelled)
        #expect(processes(withArgument: mark).isEmpty)
    }

    @Test func cancellingTwiceOrInVainIsHarmless() async throws {
        let bench = try Bench(.shell("sleep infinity"))
        let runner = bench.makeRunner()
        await runner.cancel("nobody", reason: "in vain")
        await runner.start(try bench.order("script"))
        await runner.cancel("job1", reason: "once")
        await runner.cancel("job1", reason: "twice")
        #expect(try await runner.end().state == .cancelled)
        await runner.cancel("job1", reason: "late")
        #expect(try !bench.log().contains("twice"))
    }
}
