import JSON
import JobManagement
import JobModel
import JobRunning
import JobScheduling
import JobStorage
import Testing

private let later = Timestamp(microseconds: 1_000_000_000)

@Suite("Job manager, when something fails", .timeLimit(.minutes(6)))
struct JobManagerRecoveryTests {
    let laboratory = Laboratory()

    @Test("After a restart running jobs are adopted, waiting ones keep their order, all is told")
    func restart() async throws {
        try await laboratory.run { manager in
            for id: JobID in ["a1", "a2", "a3"] { _ = try await manager.new(.index(id)) }
            #expect(await laboratory.nextOrder() == .start("a1"))
            laboratory.runner.tell("a1", .stageBegan(name: "build", number: 1, of: 1), at: later)
            await laboratory.recorder.waitUntil("a1") { $0.stage == "build" }
        }
        let second = Laboratory(store: laboratory.store)
        try await second.run { manager in
            #expect(await second.nextOrder() == .adopt("a1"))
            #expect(await manager.resources().used == Resources(proc: 1, mem: 1))
            #expect(second.recorder.positions.count == 1)
            #expect(second.recorder.versions(of: "a3").map(\.state) == [.waiting])
            // An adopted job tells everything anew; what is known makes no new version.
            #expect(second.recorder.versions(of: "a1").map(\.version) == [2])
            second.runner.tell("a1", .stageBegan(name: "build", number: 1, of: 1), at: later)
            second.runner.tell("a1", .ended(JobEnd(state: .complete)), at: later)
            await second.recorder.waitUntil("a1", is: .complete)
            #expect(second.recorder.versions(of: "a1").map(\.version) == [2, 3])
            #expect(await second.nextOrder() == .forget("a1"))
            #expect(await second.nextOrder() == .start("a2"))
        }
    }

    @Test("A job that was being cancelled at the restart is told to stop once more")
    func restartWhileCancelling() async throws {
        try await laboratory.run { manager in
            _ = try await manager.new(.index("a1"))
            _ = try await manager.cancel(["a1"], reason: "test")
        }
        let second = Laboratory(store: laboratory.store)
        try await second.run { _ in
            #expect(await second.nextOrder() == .adopt("a1"))
            #expect(await second.nextOrder() == .cancel("a1"))
        }
    }

    @Test("A lost job waits again if its task says so, and is an error if not")
    func lost() async throws {
        try await laboratory.run { manager in
            _ = try await manager.new(.index("a1"))
            _ = try await manager.new(.nuvs("a2"))
            #expect(await laboratory.nextOrder() == .start("a1"))
            #expect(await laboratory.nextOrder() == .start("a2"))
            let lost = JobEnd(
                state: .error,
                error: JobError(cause: .lost, message: "the machine restarted")
            )
            laboratory.runner.tell("a1", .ended(lost), at: later)
            laboratory.runner.tell("a2", .ended(lost), at: later)
            await laboratory.recorder.waitUntil("a2", is: .error)
            #expect(laboratory.recorder.versions(of: "a2").last?.error == "the machine restarted")
            #expect(await laboratory.nextOrder() == .forget("a1"))
            var orders: Set<PuppetRunner.Order> = []
            while orders.count < 2, let order = await laboratory.nextOrder() {
                orders.insert(order)
            }
            #expect(orders == [.start("a1"), .forget("a2")])
            #expect(
                laboratory.recorder.versions(of: "a1").map(\.state)
                    == [.waiting, .running, .waiting, .running]
            )
        }
    }

    @Test(
        "When the store fails the caller is told, nothing false is told to others, and work goes on",
        arguments: [InMemoryJobStore.Failure.before, .after]
    )
    func storeFailure(failure: InMemoryJobStore.Failure) async throws {
        try await laboratory.run { manager in
            _ = try await manager.new(.index("a1"))
            #expect(await laboratory.nextOrder() == .start("a1"))
            // Waits for its turn, so the failing commit is that of a2 alone.
            laboratory.store.failNextCommit(failure)
            await #expect(throws: JobManagerError.storeUnavailable) {
                try await manager.new(.index("a2"))
            }
            // The same request again makes the job, or finds it.
            let answer = try await retry { () throws(JobManagerError) in
                try await manager.new(.index("a2"))
            }
            #expect(answer.created == (failure == .before))
            #expect(await laboratory.nextOrder() == .adopt("a1"))
            laboratory.runner.tell("a1", .ended(JobEnd(state: .complete)), at: later)
            await laboratory.recorder.waitUntil("a2", is: .running)
            let seqs = laboratory.recorder.changes.map(\.seq)
            #expect(seqs == Array(1...seqs.count), "nothing is told twice or left out")
            let versions = laboratory.recorder.versions(of: "a2").map(\.version)
            #expect(versions == Array(0..<versions.count))
            #expect(await manager.statistics.recoveries == 1)
            #expect(await manager.answers)
        }
    }

    private func retry<Result>(
        _ body: () async throws(JobManagerError) -> Result
    ) async throws -> Result {
        while true {
            do throws(JobManagerError) {
                return try await body()
            } catch {
                guard error == .storeUnavailable else { throw error }
                await Task.yield()
            }
        }
    }

    @Test("Draining takes nothing new, starts nothing, and leaves what runs alone")
    func drain() async throws {
        try await laboratory.run { manager in
            for id: JobID in ["a1", "a2"] { _ = try await manager.new(.index(id)) }
            #expect(await laboratory.nextOrder() == .start("a1"))
            await manager.drain()
            await #expect(throws: JobManagerError.draining) { try await manager.new(.index("a3")) }
            laboratory.runner.tell("a1", .ended(JobEnd(state: .complete)), at: later)
            await laboratory.recorder.waitUntil("a1", is: .complete)
            #expect(laboratory.recorder.versions(of: "a2").last?.state == .waiting)
        }
    }
}
