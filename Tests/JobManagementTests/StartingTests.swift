import JobManagement
import JobModel
import JobRunning
import JobScheduling
import Testing

@Suite("Jobs that cannot be started", .timeLimit(.minutes(6)))
struct StartingTests {
    private static let date = Timestamp(microseconds: 1_000_000_000)

    @Test(
        "A job whose worker dies before it begins holds up nobody, however urgent, and is told apart"
    )
    func aJobThatKillsItsWorker() async throws {
        let laboratory = Laboratory()
        try await laboratory.run { manager in
            var bad = NewJob.nuvs("bad")
            bad.priority = 1000
            _ = try await manager.new(bad)
            _ = try await manager.new(.nuvs("good0"))
            let others = Task {
                var made = 1
                for await order in laboratory.runner.orders {
                    switch order {
                    case .start("bad"):
                        laboratory.runner.refuse(
                            "bad",
                            because: LaunchProblem("the worker died", mayBeTheJobs: true),
                            at: Self.date
                        )
                    case .start(let id):
                        laboratory.runner.tell(
                            id,
                            .stageBegan(name: "map", number: 1, of: 2),
                            at: Self.date
                        )
                        laboratory.runner.tell(
                            id,
                            .ended(JobEnd(state: .complete)),
                            at: Self.date
                        )
                    case .forget("bad"): return made
                    case .forget:
                        _ = try await manager.new(.nuvs("good\(made)"))
                        made += 1
                    default: break
                    }
                }
                return made
            }
            await laboratory.recorder.waitUntil("bad", is: .error)
            let made = try await others.value
            #expect(made >= 4)
            let error = try #require(try await manager.detail("bad").job.current.error)
            #expect(error.cause == .spawn)
            #expect(
                error.message
                    == "the job could not be started, though others could: the worker died"
            )
            #expect(await manager.troubles.isEmpty)
        }
    }

    @Test("A job stands where it belongs again as soon as one could be started")
    func order() async throws {
        let laboratory = Laboratory(machine: Resources(proc: 2, mem: 8))
        try await laboratory.run { manager in
            var urgent = NewJob.nuvs("urgent")
            urgent.priority = 1
            _ = try await manager.new(urgent)
            #expect(await laboratory.nextOrder() == .start("urgent"))
            for id: JobID in ["a", "b"] { _ = try await manager.new(.nuvs(id)) }
            laboratory.runner.refuse("urgent", because: LaunchProblem("none"), at: Self.date)
            #expect(await laboratory.nextOrder() == .start("a"))
            laboratory.runner.tell("a", .ended(JobEnd(state: .complete)), at: Self.date)
            #expect(await laboratory.nextOrder() == .forget("a"))
            // One that ended before it began says nothing of whether others could.
            #expect(await laboratory.nextOrder() == .start("b"))
            laboratory.runner.tell("b", .stageBegan(name: "map", number: 1, of: 2), at: Self.date)
            await laboratory.recorder.wait { $0["b"]?.stage == "map" }
            _ = try await manager.new(.nuvs("c"))
            #expect(try await manager.detail("urgent").waiting?.position == 1)
            laboratory.runner.tell("b", .ended(JobEnd(state: .complete)), at: Self.date)
            while await laboratory.nextOrder() != .start("urgent") {}
        }
    }
}
