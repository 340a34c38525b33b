import JSON
import JobManagement
import JobModel
import JobRunning
import JobScheduling
import JobStorage
import Synchronization
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

    @Test("Of a job that was in a stage the runner hears that it was")
    func stageIsKnown() async throws {
        try await laboratory.run { manager in
            _ = try await manager.new(.index("a1"))
            _ = try await manager.new(.nuvs("a2"))
            laboratory.runner.tell("a1", .stageBegan(name: "build", number: 1, of: 1), at: later)
            await laboratory.recorder.waitUntil("a1") { $0.stage == "build" }
        }
        let second = Laboratory(store: laboratory.store)
        try await second.run { _ in
            _ = await second.nextOrder()
            _ = await second.nextOrder()
            #expect(second.runner.pasts.withLock { $0 } == ["a1": .inStage("build")])
        }
    }

    @Test("A job in a stage that is given back is forgotten by the runner once that is durable")
    func givenBackInStage() async throws {
        try await laboratory.run { manager in
            _ = try await manager.new(.nuvs("a1"))
            #expect(await laboratory.nextOrder() == .start("a1"))
            laboratory.runner.tell("a1", .stageBegan(name: "map", number: 1, of: 2), at: later)
            laboratory.runner.refuse("a1", because: LaunchProblem("no threads"), at: later)
            #expect(await laboratory.nextOrder() == .forget("a1"))
            #expect(await laboratory.nextOrder() == .start("a1"))
        }
    }

    @Test(
        "Jobs that wait by a store that has lost changes are taken up if there are traces of them"
    )
    func lostChanges() async throws {
        let store = laboratory.store
        try await laboratory.run { manager in
            for id: JobID in ["a1", "a2", "a3"] { _ = try await manager.new(.index(id)) }
            #expect(await laboratory.nextOrder() == .start("a1"))
        }
        let loss = LostChanges(seq: await store.position().seq)
        await store.save(.object(loss.document), as: LostChanges.setting)
        let second = Laboratory(store: store)
        second.runner.traced.withLock { $0 = ["a1", "a2"] }
        try await second.run { manager in
            #expect(await second.nextOrder() == .adopt("a1"))
            #expect(await second.nextOrder() == .adopt("a2"))
            #expect(second.runner.pasts.withLock { $0 } == ["a1": .forgotten, "a2": .forgotten])
            let lost = JobEnd(state: .error, error: JobError(cause: .lost, message: "who knows"))
            second.runner.tell("a1", .ended(JobEnd(state: .complete)), at: later)
            second.runner.tell("a2", .ended(lost), at: later)
            // Restartable: it may run twice, and says why it does.
            await second.recorder.waitUntil("a2", is: .waiting)
            #expect(await store.job("a2")?.status.last?.restart?.message == "who knows")
            var orders: Set<PuppetRunner.Order> = []
            while orders.count < 3, let order = await second.nextOrder() { orders.insert(order) }
            #expect(orders == [.forget("a1"), .forget("a2"), .start("a3")])
            _ = try await manager.new(.nuvs("a4"))
        }
        // What was made or decided since is not in doubt.
        let third = Laboratory(store: store)
        third.runner.traced.withLock { $0 = ["a2", "a3", "a4"] }
        try await third.run { _ in
            var adopted: Set<PuppetRunner.Order> = []
            while adopted.count < 2, let order = await third.nextOrder() { adopted.insert(order) }
            #expect(adopted == [.adopt("a3"), .adopt("a4")])
            #expect(third.runner.pasts.withLock { $0.isEmpty })
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
