import JSON
import JobManagement
import JobModel
import JobRunning
import JobScheduling
import JobStorage
import JobTasks
import Testing

private let later = Timestamp(microseconds: 1_000_000_000)

@Suite("Job manager", .timeLimit(.minutes(6)))
struct JobManagerTests {
    let laboratory = Laboratory()

    @Test("A job's life is told version by version: waiting, running, stages, complete")
    func life() async throws {
        try await laboratory.run { manager in
            let answer = try await manager.new(.nuvs("a1"))
            #expect(answer.created)
            #expect(answer.version == 0)
            #expect(answer.seq == 1)
            #expect(await laboratory.nextOrder() == .start("a1"))
            laboratory.runner.tell("a1", .stageBegan(name: "map", number: 1, of: 2), at: later)
            laboratory.runner.tell("a1", .progressed(stage: 1, of: 2, fraction: 1), at: later)
            laboratory.runner.tell("a1", .stageBegan(name: "assemble", number: 2, of: 2), at: later)
            let end = JobEnd(
                state: .complete,
                result: ["contigs": 3],
                usage: ResourceUsage(cpuSeconds: 1, peakMemory: 5)
            )
            laboratory.runner.tell("a1", .ended(end), at: later)
            await laboratory.recorder.waitUntil("a1", is: .complete)
            #expect(await laboratory.nextOrder() == .forget("a1"))

            let told = laboratory.recorder.versions(of: "a1")
            #expect(told.map(\.version) == Array(0...5))
            #expect(
                told.map(\.state) == [.waiting] + Array(repeating: .running, count: 4) + [.complete]
            )
            #expect(told.map(\.progress) == [0, 0, 0.25, 0.5, 0.5, 1])
            #expect(told.map(\.stage) == [nil, nil, "map", "map", "assemble", "assemble"])
            let detail = try await manager.detail("a1")
            #expect(detail.job.result == ["contigs": 3])
            #expect(detail.job.usage?.peakMemory == 5)
            #expect(detail.job.status.count == 5)
            #expect(await manager.resources().used == .zero)
        }
    }

    @Test("Each change is told once, in the order of an unbroken history")
    func order() async throws {
        try await laboratory.run { manager in
            try await withThrowingTaskGroup { group in
                for number in 0..<200 {
                    group.addTask {
                        _ = try await manager.new(.nuvs("j\(number)"))
                    }
                }
                try await group.waitForAll()
            }
            _ = try await manager.cancel((0..<200).map { "j\($0)" }, reason: "test")
            let seqs = laboratory.recorder.changes.map(\.seq)
            #expect(seqs == Array(1...seqs.count))
            for number in 0..<200 {
                let versions = laboratory.recorder.versions(of: "j\(number)").map(\.version)
                #expect(versions == Array(0..<versions.count))
            }
        }
    }

    @Test("What is told and answered is in the store already")
    func durability() async throws {
        try await laboratory.run { manager in
            let answer = try await manager.new(.nuvs("a1"))
            #expect(await laboratory.store.job("a1") != nil)
            #expect(answer.seq <= (await laboratory.store.position().seq))
        }
    }

    // MARK: Making jobs

    @Test("The same id with the same request gives the same job; with another one, a conflict")
    func idempotency() async throws {
        try await laboratory.run { manager in
            let first = try await manager.new(.nuvs("a1"))
            let second = try await manager.new(.nuvs("a1"))
            #expect(second.id == first.id)
            #expect(!second.created)
            await #expect(throws: JobManagerError.conflict("a1", differs: "args")) {
                try await manager.new(.nuvs("a1", sample: "s2"))
            }
            await #expect(throws: JobManagerError.conflict("a1", differs: "proc")) {
                try await manager.new(.nuvs("a1", proc: 1))
            }
            laboratory.runner.tell("a1", .ended(JobEnd(state: .complete)), at: later)
            await laboratory.recorder.waitUntil("a1", is: .complete)
            #expect(try await !manager.new(.nuvs("a1")).created, "also after its end")
            _ = try await manager.limitResources(proc: 1, mem: nil)
            await manager.replaceTasks(with: TaskCatalogue(tasks: []))
            #expect(try await !manager.new(.nuvs("a1")).created, "and when it could not be made")
        }
    }

    @Test("A job that asks for no cores gets its task's, on a smaller machine what there is")
    func fewerCores() async throws {
        try await laboratory.run { manager in
            _ = try await manager.limitResources(proc: 1, mem: nil)
            #expect(try await manager.new(.nuvs("a1")).created)
            #expect(try await manager.detail("a1").job.resources == Resources(proc: 1, mem: 2))
            await #expect(throws: JobManagerError.self) { try await manager.new(.nuvs(proc: 2)) }
            _ = try await manager.limitResources(proc: 4, mem: nil)
            #expect(try await !manager.new(.nuvs("a1")).created, "the same job on a larger one")
            _ = try await manager.limitResources(proc: nil, mem: 1)
            await #expect(throws: JobManagerError.self) { try await manager.new(.nuvs()) }
        }
    }

    @Test("Fifty equal requests at once make one job")
    func concurrentIdempotency() async throws {
        try await laboratory.run { manager in
            let created = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 {
                    group.addTask { try await manager.new(.nuvs("a1")).created }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(created == 1)
        }
    }

    @Test("What is not acceptable is refused with the field named, and leaves no trace")
    func refusals() async throws {
        try await laboratory.run { manager in
            func refusal(_ request: NewJob) async -> JobManagerError? {
                do throws(JobManagerError) {
                    _ = try await manager.new(request)
                    return nil
                } catch {
                    return error
                }
            }
            var request = NewJob.nuvs()
            request.task = "nuv"
            #expect(await refusal(request) == .unknownTask("nuv", suggestion: "nuvs"))
            request = .nuvs()
            request.args = [:]
            guard case .badArguments("args.sample", _) = await refusal(request) else {
                Issue.record("args.sample is missing")
                return
            }
            guard case .badArguments("proc", _) = await refusal(.nuvs(proc: 5)) else {
                Issue.record("5 cores of 4")
                return
            }
            request = .nuvs()
            request.mem = 9
            guard case .badArguments("mem", _) = await refusal(request) else {
                Issue.record("9 GB of 8")
                return
            }
            request.task = "absent"
            guard case .taskUnavailable("absent", _) = await refusal(request) else {
                Issue.record("the tool is missing")
                return
            }
            #expect(laboratory.recorder.changes.isEmpty)
        }
    }

    // MARK: Cancelling, archiving, removing

    @Test("A waiting job is cancelled at once, a running one when nothing of it lives")
    func cancel() async throws {
        try await laboratory.run { manager in
            _ = try await manager.new(.index("a1"))
            _ = try await manager.new(.index("a2"))
            #expect(await laboratory.nextOrder() == .start("a1"))
            let answer = try await manager.cancel(["a1", "a2", "a3"], reason: "test")
            #expect(try answer.jobs["a1"]?.get() == .cancelling)
            #expect(try answer.jobs["a2"]?.get() == .cancelled)
            #expect(throws: JobManagerError.notFound("a3")) { try answer.jobs["a3"]?.get() }
            #expect(await laboratory.nextOrder() == .cancel("a1"))
            #expect(await manager.resources().used.proc == 1, "until it is really gone")
            let again = try await manager.cancel(["a1"], reason: "test")
            #expect(try again.jobs["a1"]?.get() == .cancelling)
            laboratory.runner.tell("a1", .ended(JobEnd(state: .cancelled)), at: later)
            await laboratory.recorder.waitUntil("a1", is: .cancelled)
            #expect(await manager.resources().used == .zero)
            let ended = try await manager.cancel(["a1"], reason: "test")
            #expect(throws: JobManagerError.badState("a1", .cancelled)) {
                try ended.jobs["a1"]?.get()
            }
        }
    }

    @Test("Who cancelled a job and why stands in its history, whether it waited or ran")
    func cancellation() async throws {
        try await laboratory.run { manager in
            _ = try await manager.new(.index("a1"))
            _ = try await manager.new(.index("a2"))
            _ = await laboratory.nextOrder()
            let wanted = Cancellation(by: "ada", reason: "wrong file")
            _ = try await manager.cancel(["a1", "a2"], reason: "wrong file", by: "ada")
            _ = try await manager.cancel(["a1"], reason: "once more", by: "bob")
            laboratory.runner.tell("a1", .stageBegan(name: "tidy", number: 1, of: 1), at: later)
            laboratory.runner.tell("a1", .ended(JobEnd(state: .cancelled)), at: later)
            await laboratory.recorder.waitUntil("a1", is: .cancelled)
            for id: JobID in ["a1", "a2"] {
                let job = try await manager.detail(id).job
                #expect(job.current.cancellation == wanted)
                let stopping = job.status.filter {
                    $0.state == .cancelling || $0.state == .cancelled
                }
                #expect(stopping.allSatisfy { $0.cancellation == wanted })
                #expect(try Job(document: job.document) == job)
            }
        }
    }

    @Test("Only ended jobs are archived and removed")
    func archiveAndRemove() async throws {
        try await laboratory.run { manager in
            _ = try await manager.new(.index("a1"))
            for action in [manager.archive, manager.remove] {
                let early = try await action(["a1"])
                #expect(throws: JobManagerError.badState("a1", .running)) {
                    try early.jobs["a1"]?.get()
                }
            }
            laboratory.runner.tell("a1", .ended(JobEnd(state: .complete)), at: later)
            await laboratory.recorder.waitUntil("a1", is: .complete)
            for _ in 0..<2 {
                let answer = try await manager.archive(["a1"])
                #expect(try answer.jobs["a1"]?.get() == .archived)
            }
            #expect(laboratory.recorder.changes.last?.content == .gone("a1"))
            #expect(try await manager.detail("a1").job.archived)
            let removed = try await manager.remove(["a1"])
            #expect(try removed.jobs["a1"]?.get() == .removed)
            await #expect(throws: JobManagerError.notFound("a1")) { try await manager.detail("a1") }
            let twice = try await manager.remove(["a1"])
            #expect(throws: JobManagerError.notFound("a1")) { try twice.jobs["a1"]?.get() }
        }
    }

    // MARK: Limits

    @Test("A task's limit holds, is changed while jobs wait, and is kept over a restart")
    func taskLimit() async throws {
        try await laboratory.run { manager in
            for id: JobID in ["a1", "a2", "a3"] { _ = try await manager.new(.index(id)) }
            #expect(await laboratory.nextOrder() == .start("a1"))
            #expect(
                try await manager.detail("a2").waiting?.reason == .taskLimit(running: 1, limit: 1)
            )
            let report = try await manager.limit("index", to: 2)
            #expect(report.limit == 2)
            #expect(await laboratory.nextOrder() == .start("a2"))
            #expect(try await manager.limit("index", to: nil).limit == nil)
            #expect(await laboratory.nextOrder() == .start("a3"))
            await #expect(throws: JobManagerError.unknownTask("indes", suggestion: "index")) {
                try await manager.limit("indes", to: 2)
            }
        }
        let second = Laboratory(store: laboratory.store)
        try await second.run { manager in
            let report = await manager.taskReports().first { $0.description.name == "index" }
            #expect(report?.limit == nil, "not the author's 1")
        }
    }

    @Test("Resources made scarcer refuse and hold back, made larger they let go on")
    func resourceLimit() async throws {
        try await laboratory.run { manager in
            _ = try await manager.limitResources(proc: 1, mem: nil)
            guard
                case .badArguments("proc", _)? = await #expect(
                    throws: JobManagerError.self,
                    performing: { try await manager.new(.nuvs("a1", proc: 2)) }
                )
            else {
                Issue.record("2 cores of 1")
                return
            }
            _ = try await manager.limitResources(proc: 2, mem: nil)
            _ = try await manager.new(.nuvs("a1"))
            #expect(await laboratory.nextOrder() == .start("a1"))
        }
        #expect(
            try await JobManager.savedMachine(in: laboratory.store) == Resources(proc: 2, mem: 8)
        )
    }
}
