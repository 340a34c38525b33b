import JobManagement
import JobModel
import JobRunning
import JobStorage
import JobTasks
import Logging
import Synchronization
import SystemPackage
import Testing

/// Several managers over one store in memory, with a clock that the test moves.
final class ClusterLaboratory: Sendable {
    let time = ManualTime()
    let store: InMemorySharedStore
    private let ticks = Mutex(0)

    init(rememberedRemovals: Int = 10_000) {
        store = InMemorySharedStore(
            jobs: InMemoryJobStore(rememberedRemovals: rememberedRemovals),
            now: { [time] in time.now }
        )
    }

    /// A server that has not begun.
    func server(
        _ id: String,
        runner simulated: SimulatedRunner? = nil,
        machine: Resources = Resources(proc: 4, mem: 8),
        mayLead: Bool = true,
        lostAfter: Duration = .seconds(20)
    ) -> ClusterServer {
        let handle = store.handle()
        let runner = PuppetRunner()
        let recorder = Recorder()
        var cluster = Cluster(
            store: handle,
            server: id,
            host: "host-\(id)",
            address: "\(id):8080",
            mayLead: mayLead,
            lostAfter: lostAfter
        )
        cluster.time = time.clusterTime
        let manager = JobManager(
            store: handle,
            runner: simulated ?? runner,
            tasks: CurrentTasks(Laboratory.catalogue),
            observer: recorder,
            machine: machine,
            dataFolder: "/nonexistent",
            now: { [self] in
                ticks.withLock { ticks in
                    ticks += 1000
                    return Timestamp(microseconds: ticks)
                }
            },
            cluster: cluster,
            logger: Logger(label: id) { _ in SwiftLogNoOpLogHandler() }
        )
        return ClusterServer(
            id: id,
            store: handle,
            runner: runner,
            recorder: recorder,
            manager: manager
        )
    }

    /// How many calls nobody has answered, or -1 if the store does not say.
    func openCallCount() async -> Int { (try? await store.openCalls().count) ?? -1 }

    /// Lets time pass, in steps as short as a server's from one claim to the next.
    func pass(_ duration: Duration) async {
        var left = duration
        while left > .zero {
            let step = min(left, .seconds(1))
            time.advance(by: step)
            left -= step
            await settle()
        }
    }

    /// Lets the servers do what they have to.
    func settle() async {
        for _ in 0..<20 { await Task.yield() }
        try? await Task.sleep(for: .milliseconds(2))
    }

    /// Lets time pass until something has become true.
    func pass(until isTrue: () async throws -> Bool) async rethrows {
        while try await !isTrue(), !Task.isCancelled {
            time.advance(by: .milliseconds(500))
            await settle()
        }
    }
}

/// A server of a laboratory.
struct ClusterServer: Sendable {
    let id: String
    let store: InMemorySharedStore
    let runner: PuppetRunner
    let recorder: Recorder
    let manager: JobManager

    /// Begins and runs; the task ends when it is cancelled, as a server that was killed.
    func start() async throws -> Task<Void, Never> {
        try await manager.begin()
        return Task { await manager.run() }
    }

    func nextOrder() async -> PuppetRunner.Order? {
        var iterator = runner.orders.makeAsyncIterator()
        return await iterator.next()
    }
}

extension InMemorySharedStore {
    /// The versions of the jobs that clients should see.
    func liveVersions() async -> [JobID: Int] {
        var versions: [JobID: Int] = [:]
        for change in await jobs.changes(after: 0, limit: .max) {
            if case .live(let job) = change.content { versions[job.id] = job.version }
        }
        return versions
    }
}
