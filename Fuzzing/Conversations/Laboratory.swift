import Authentication
import JobManagement
import JobModel
import JobRunning
import JobStorage
import JobSync
import JobTasks
import Logging
import Synchronization
import SystemPackage
import WebSockets

/// A server of real parts, but for the jobs: they are kept in memory, and end as soon as they start.
enum Laboratory {
    /// Starts it for as long as the process lives.
    ///
    /// - Parameter folder: Where `access.json` is kept.
    /// - Returns: The port on this machine, and the token.
    /// - Throws: If there is no port to be had.
    static func start(in folder: FilePath) async throws -> (port: UInt16, token: String) {
        let logger = Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }
        let moments = Atomic<Int>(0)
        let now: @Sendable () -> Timestamp = {
            Timestamp(microseconds: moments.wrappingAdd(1000, ordering: .relaxed).newValue)
        }
        let inbox = CommitInbox()
        let folders = DataFolders(data: "/nonexistent")
        // The names of what the recorded conversations ask for.
        let tasks = ["gate", "quick"].map { TaskDescription(name: $0, stages: ["run"]) }
        let manager = JobManager(
            store: InMemoryJobStore(),
            runner: HastyRunner(now: now),
            tasks: CurrentTasks(TaskCatalogue(tasks: tasks)),
            observer: inbox,
            machine: Resources(proc: 4, mem: 8),
            dataFolder: "/nonexistent",
            now: now,
            logger: logger
        )
        var network = WebSocketServerConfiguration()
        network.host = "127.0.0.1"
        network.compressedFrom = 1 << 10
        let access = try Authenticator(path: folder.appending("access.json").string, now: now)
        let token = try access.replaceToken(username: "fuzz")
        let server = WebSocketServer(configuration: network)
        let frontEnd = FrontEnd(
            server: server,
            manager: manager,
            inbox: inbox,
            logs: JobLogs(folders: folders),
            outputs: JobOutputs(folders: folders),
            configuration: FrontEndConfiguration(access: .token(access), server: "fuzz"),
            now: now,
            logger: logger
        )
        try await manager.begin()
        await frontEnd.begin()
        Task { await manager.run() }
        Task { await frontEnd.run() }
        return (UInt16(try await server.start(delegate: frontEnd).port), token)
    }
}

/// A runner whose jobs are done before they have begun.
private final class HastyRunner: JobRunner {
    let facts: AsyncStream<JobFact>
    private let teller: AsyncStream<JobFact>.Continuation
    private let now: @Sendable () -> Timestamp

    init(now: @escaping @Sendable () -> Timestamp) {
        self.now = now
        (facts, teller) = AsyncStream.makeStream()
    }

    func start(_ order: LaunchOrder) async { end(order.id) }
    func traces(of ids: [JobID]) async -> Set<JobID> { [] }
    func adopt(_ order: LaunchOrder) async { end(order.id) }
    func cancel(_ id: JobID, reason: String) async {}
    func forget(_ id: JobID) async {}
    func sweep(keeping known: Set<JobID>) async -> [JobID] { [] }
    func renewLease(until end: ContinuousClock.Instant) async {}
    func leftovers(of ids: [JobID], epoch: String, seq: Int) async -> [JobID] { [] }
    func removeLog(_ id: JobID) async {}

    private func end(_ id: JobID) {
        teller.yield(JobFact(id: id, content: .ended(JobEnd(state: .complete)), date: now()))
    }
}
