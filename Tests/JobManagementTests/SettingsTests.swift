import JSON
import JobManagement
import JobModel
import JobRunning
import JobScheduling
import JobStorage
import JobTasks
import Testing

private let later = Timestamp(microseconds: 1_000_000_000)

@Suite("Settings", .timeLimit(.minutes(6)))
struct SettingsTests {
    private let laboratory = Laboratory()

    private func limits(_ manager: JobManager) async -> [String: Int?] {
        await manager.taskReports().reduce(into: [:]) {
            $0.updateValue($1.limit, forKey: $1.description.name)
        }
    }

    @Test("Of limits that are set at the same time none is lost, also after a restart")
    func limitsInFlight() async throws {
        try await laboratory.run { manager in
            async let first = manager.limit("nuvs", to: 3)
            async let second = manager.limit("index", to: 4)
            async let third = manager.limit("absent", to: 5)
            _ = try await (first, second, third)
        }
        let second = Laboratory(store: laboratory.store)
        try await second.run { manager in
            #expect(await limits(manager) == ["nuvs": 3, "index": 4, "absent": 5])
        }
    }

    @Test("Cores and memory that are set at the same time are both set, also after a restart")
    func resourcesInFlight() async throws {
        try await laboratory.run { manager in
            async let cores = manager.limitResources(proc: 3, mem: nil)
            async let memory = manager.limitResources(proc: nil, mem: 5)
            _ = try await (cores, memory)
            #expect(await manager.resources().limit == Resources(proc: 3, mem: 5))
        }
        let saved = try await JobManager.savedMachine(in: laboratory.store)
        #expect(saved == Resources(proc: 3, mem: 5))
    }

    @Test("A limit counts from its decision on, in the order of what is asked")
    func inOrder() async throws {
        try await laboratory.run { manager in
            manager.gather {
                Task.immediate { _ = try await manager.limit("nuvs", to: 0) }
                Task.immediate { _ = try await manager.new(.nuvs("a1")) }
                Task.immediate { _ = try await manager.limit("nuvs", to: 1) }
                Task.immediate { _ = try await manager.new(.nuvs("a2")) }
            }
            #expect(await laboratory.nextOrder() == .start("a1"))
            _ = try await manager.limit("nuvs", to: 2)
            #expect(await laboratory.nextOrder() == .start("a2"))
        }
    }

    @Test(
        "When the store fails memory takes what the store has",
        arguments: [InMemoryJobStore.Failure.before, .after]
    )
    func failure(_ failure: InMemoryJobStore.Failure) async throws {
        try await laboratory.run { manager in
            for (limit, proc) in [(2, 3), (7, 2)] {
                if limit == 7 { laboratory.store.failNextCommit(failure) }
                manager.gather {
                    Task.immediate { _ = try await manager.limit("nuvs", to: limit) }
                    Task.immediate { _ = try await manager.limitResources(proc: proc, mem: nil) }
                }
                // Whoever comes after them is answered when both are decided on.
                _ = try? await manager.new(.index())
            }
            while await !manager.answers { await Task.yield() }
            let isMade = failure == .after
            #expect(await limits(manager)["nuvs"] == (isMade ? 7 : 2))
            #expect(await manager.resources().limit.proc == (isMade ? 2 : 3))
            let saved = try await JobManager.savedMachine(in: laboratory.store)
            #expect(saved?.proc == (isMade ? 2 : 3))
        }
    }

    @Test("A machine without cores starts nothing; jobs made meanwhile ask for the usual")
    func noCores() async throws {
        try await laboratory.run { manager in
            _ = try await manager.limitResources(proc: 0, mem: nil)
            _ = try await manager.new(.nuvs("a1"))
            #expect(try await manager.detail("a1").job.resources == Resources(proc: 2, mem: 2))
            #expect(try await manager.detail("a1").job.state == .waiting)
            await #expect(throws: JobManagerError.self) { try await manager.new(.nuvs(proc: 5)) }
            _ = try await manager.limitResources(proc: 4, mem: nil)
            #expect(await laboratory.nextOrder() == .start("a1"))
        }
    }

    @Test("A job that fits no more waits for a larger machine, over a restart, and says so")
    func unschedulable() async throws {
        try await laboratory.run { manager in
            _ = try await manager.new(.nuvs("runs", proc: 4))
            _ = try await manager.new(.nuvs("waits", proc: 4))
            #expect(await laboratory.nextOrder() == .start("runs"))
            _ = try await manager.limitResources(proc: 1, mem: 1)
            let missing = Resources(proc: 3, mem: 1)
            let report = try await manager.detail("waits").waiting
            #expect(report?.reason == .unschedulable(short: missing))
            #expect(report?.line == .task)
        }
        let second = Laboratory(store: laboratory.store, machine: Resources(proc: 1, mem: 1))
        try await second.run { manager in
            #expect(await second.nextOrder() == .adopt("runs"))
            second.runner.tell("runs", .ended(JobEnd(state: .complete)), at: later)
            await second.recorder.waitUntil("runs", is: .complete)
            #expect(try await manager.detail("waits").job.state == .waiting)
            _ = try await manager.limitResources(proc: 4, mem: 8)
            await second.recorder.waitUntil("waits", is: .running)
        }
    }

    @Test("What an older version saved is read")
    func olderSettings() async throws {
        await laboratory.store.save(["nuvs": 1, "index": nil, "gone": 3], as: "task_limits")
        await laboratory.store.save(["proc": 3, "mem": 7], as: "machine")
        try await laboratory.run { manager in
            let limits = await limits(manager)
            #expect(limits["nuvs"] == 1)
            #expect(limits["index"] == .some(nil))
        }
        let saved = try await JobManager.savedMachine(in: laboratory.store)
        #expect(saved == Resources(proc: 3, mem: 7))
    }
}
