import JSON
import JobData
import JobManagement
import JobModel
import JobRunning
import JobStorage
import JobTasks
import Logging
import Synchronization
import SystemPackage
import Testing

/// A manager over a store in memory and a runner that does what the test says.
struct Laboratory {
    let store: InMemoryJobStore
    let runner = PuppetRunner()
    let recorder = Recorder()
    let manager: JobManager

    static let catalogue = TaskCatalogue(
        tasks: [
            TaskDescription(
                name: "nuvs",
                resources: Resources(proc: 2, mem: 2),
                arguments: [ArgumentDescription(name: "sample", type: .string, isRequired: true)],
                stages: ["map", "assemble"]
            ),
            TaskDescription(
                name: "index",
                resources: Resources(proc: 1, mem: 1),
                limit: 1,
                isRestartable: true,
                stages: ["build"]
            ),
            TaskDescription(
                name: "absent",
                stages: ["run"],
                unavailable: "the tool snap-aligner is missing; install snap-aligner"
            ),
        ]
    )

    init(
        store: InMemoryJobStore = InMemoryJobStore(),
        machine: Resources = Resources(proc: 4, mem: 8),
        catalogue: TaskCatalogue = Self.catalogue,
        data: DataKeeper? = nil,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { _ in await Task.yield() }
    ) {
        self.store = store
        let ticks = Mutex(0)
        manager = JobManager(
            store: store,
            runner: runner,
            tasks: CurrentTasks(catalogue),
            observer: recorder,
            data: data,
            machine: machine,
            dataFolder: "/nonexistent",
            now: {
                ticks.withLock { ticks in
                    ticks += 1000
                    return Timestamp(microseconds: ticks)
                }
            },
            sleep: sleep,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// Begins, lets the test do its part, and ends.
    func run<Result>(
        _ body: (JobManager) async throws -> Result
    ) async throws -> Result {
        try await manager.begin()
        let running = Task { await manager.run() }
        defer { running.cancel() }
        return try await body(manager)
    }

    /// Waits for the next order to the runner.
    func nextOrder() async -> PuppetRunner.Order? {
        var iterator = runner.orders.makeAsyncIterator()
        return await iterator.next()
    }
}

extension NewJob {
    static func nuvs(_ id: JobID? = nil, sample: String = "s1", proc: Int? = nil) -> NewJob {
        NewJob(
            task: "nuvs",
            args: ["sample": .string(sample)],
            proc: proc,
            id: id,
            username: "igboyes"
        )
    }

    static func index(_ id: JobID? = nil) -> NewJob {
        NewJob(task: "index", id: id, username: "igboyes")
    }
}
