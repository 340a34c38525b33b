import Authentication
import Foundation
import JobData
import JobManagement
import JobModel
import JobProtocol
import JobRunning
import JobStorage
import JobSync
import JobTaskFiles
import JobTasks
import Logging
import SQLiteStorage
import SystemPackage
import WebSockets

/// The parts of a server, joined: the one place that names concrete stores and runners.
struct Wiring {
    /// Where the jobs are kept.
    let location: StoreLocation
    private let store: any JobStore & DataStore
    /// The data folder's, where the store is elsewhere; a store in the folder has it itself.
    private let lock: StoreLock?
    let data: DataKeeper
    let manager: JobManager
    let frontEnd: FrontEnd
    let network: WebSocketServer
    /// Nil where everyone may call.
    let authenticator: Authenticator?
    private let taskFolder: TaskFolderReader
    /// How many connections are let in.
    let budget: ConnectionBudget
    /// Writes messages down, if that is wanted.
    let recorder: FileRecorder?

    /// Opens the data folder and joins the parts; nobody can connect yet.
    ///
    /// - Throws: A ``StartError`` with a line for people.
    init(_ settings: ServeSettings, logger: Logger) async throws(StartError) {
        // Before libraries make their tables.
        budget = try ConnectionBudget(settings, openFiles: OpenFileLimit.raise())
        try DataFolder.prepare(settings.data)
        let now: @Sendable () -> Timestamp = { .now }
        let folders = DataFolders(data: FilePath(settings.data))
        let tasksFolder = settings.tasks.map { FilePath($0) } ?? folders.data.appending("tasks")
        location = StoreLocation(settings)
        lock = settings.mongo == nil ? nil : try Self.lockFolder(settings.data)
        let store = try await Self.openStore(location, logger: logger)
        self.store = store
        let server =
            settings.mongo == nil
            ? try ServerIdentity.nameOfOnlyServer(in: settings.data, logger)
            : try ServerIdentity.name(in: settings.data)
        try DataFolder.furnish(folders)
        try await Self.refuseUnfinishedCopy(in: store, at: location)
        let cluster = (store as? any SharedJobStore).map { store in
            Cluster(
                store: store,
                server: server,
                host: ProcessInfo.processInfo.hostName,
                address: "\(settings.host):\(settings.port)",
                mayLead: settings.role == .all,
                lostAfter: settings.lostAfter
            )
        }

        let tasks = CurrentTasks(TaskCatalogue.load(folder: tasksFolder))
        let inbox = CommitInbox()
        data = DataKeeper(store: store, folders: folders, now: now, logger: logger)
        let groups = ControlGroups(data: folders.data)
        let manager = JobManager(
            store: store,
            runner: WorkerRunner(
                folders: folders,
                worker: FilePath(ProgramFiles.worker),
                tasks: { tasks.catalogue[$0] },
                data: data,
                ownsProcess: true,
                groups: groups,
                lease: cluster?.lostAfter,
                logger: logger
            ),
            tasks: tasks,
            observer: inbox,
            data: data,
            machine: try await Self.machine(settings, store, of: cluster?.server),
            hardware: Machine.resources,
            dataFolder: folders.data,
            now: now,
            server: server,
            cluster: cluster,
            logger: logger
        )
        self.manager = manager
        authenticator = try Self.openAuthenticator(settings, now)

        recorder = try settings.record.map { path throws(StartError) in
            try FileRecorder(path: path, started: now(), logger: logger)
        }

        let reader = TaskFolderReader(folder: tasksFolder, manager: manager)
        taskFolder = reader
        var configuration = FrontEndConfiguration(
            access: authenticator.map { .token($0) } ?? .everyone,
            server: "jobsync \(Program.version)",
            discovery: ProgramFiles.discovery,
            page: (settings.web ?? ProgramFiles.web).map(PageFiles.init(folder:)) ?? PageFiles()
        )
        configuration.version = Program.version
        configuration.containsJobs = groups != nil
        configuration.allowedOrigins = Set(settings.allowedOrigins)
        configuration.isLoopback = settings.isLoopback
        configuration.limits.callsPerSecond = settings.rate
        configuration.recorder = recorder
        configuration.reloadTasks = { await reader.reload() }
        var network = WebSocketServerConfiguration()
        network.host = settings.host
        network.port = settings.port
        network.maximumMessageBytes = configuration.limits.messageBytes
        network.stallTimeout = settings.stallAfter
        network.maximumConnections = budget.connections
        network.maximumStrangers = budget.strangers
        network.maximumStrangersOfAddress = budget.strangersOfAddress
        network.maximumStrangerMessageBytes = configuration.limits.messageBytesBeforeLogin
        if settings.compression == .on { network.compressedFrom = 1 << 10 }
        self.network = WebSocketServer(configuration: network)
        frontEnd = FrontEnd(
            server: self.network,
            manager: manager,
            inbox: inbox,
            logs: JobLogs(folders: folders),
            outputs: JobOutputs(folders: folders),
            configuration: configuration,
            now: now,
            logger: logger
        )
    }

    /// Reads the task files anew; false if their file system does not answer.
    func reloadTasks() async -> Bool { await taskFolder.reload() }

    /// Closes the store, and lets go of the data folder.
    func close() async {
        await store.close()
        lock?.release()
    }

    /// Part of the jobs is not what anybody wants to serve, or to have written to.
    private static func refuseUnfinishedCopy(
        in store: any JobStore,
        at location: StoreLocation
    ) async throws(StartError) {
        do throws(JobStoreError) {
            guard try await StoreCopy.isUnfinished(in: store) else { return }
        } catch {
            throw StartError(message: "\(location) does not answer: \(error.reason)")
        }
        throw StartError(
            message: "\(location) holds an unfinished copy; finish it with the same "
                + "`jobsync store copy` as before"
        )
    }

    /// What the settings say, else what was set while a server ran, else what the machine has.
    private static func machine(
        _ settings: ServeSettings,
        _ store: any JobStore,
        of server: String?
    ) async throws(StartError) -> Resources {
        let saved: Resources?
        do throws(JobStoreError) {
            saved = try await JobManager.savedMachine(in: store, of: server)
        } catch {
            throw StartError(message: "the store does not answer: \(error.reason)")
        }
        let usual = saved ?? Machine.resources
        return Resources(proc: settings.proc ?? usual.proc, mem: settings.mem ?? usual.mem)
    }

    private static func openAuthenticator(
        _ settings: ServeSettings,
        _ now: @escaping @Sendable () -> Timestamp
    ) throws(StartError) -> Authenticator? {
        switch settings.access {
        case .none:
            guard settings.isLoopback else {
                throw StartError(
                    message: "--auth none is for loopback only; to listen on "
                        + "\(settings.host) use --auth token"
                )
            }
            return nil
        case .token:
            do throws(AuthenticatorError) {
                return try Authenticator(path: DataFolder.accessFile(settings.data), now: now)
            } catch {
                throw StartError(message: error.description)
            }
        }
    }
}

extension Wiring {
    /// Makes a new token for a server that does not run.
    ///
    /// - Parameter data: The server's data folder.
    /// - Returns: The token.
    /// - Throws: A line for people, if a server runs there or the file cannot be written.
    static func replaceToken(in data: String) throws(StartError) -> String {
        let outcome: Result<String, AuthenticatorError>
        do throws(SQLiteStoreError) {
            // A server that runs knows its tokens by heart and would write them back.
            outcome = try SQLiteJobStore.whileClosed(at: StoreLocation.file(in: data)) {
                Result { () throws(AuthenticatorError) in
                    try Authenticator(path: DataFolder.accessFile(data)) { .now }
                        .replaceToken(username: NSUserName())
                }
            }
        } catch {
            throw StartError(message: error.description)
        }
        do throws(AuthenticatorError) {
            return try outcome.get()
        } catch {
            throw StartError(message: error.description)
        }
    }
}
