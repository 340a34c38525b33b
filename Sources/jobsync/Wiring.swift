import Authentication
import Foundation
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
    let store: any JobStore
    let manager: JobManager
    let frontEnd: FrontEnd
    let network: WebSocketServer
    /// Nil where everyone may call.
    let authenticator: Authenticator?
    private let tasksFolder: FilePath

    /// Opens the data folder and joins the parts; nobody can connect yet.
    ///
    /// - Throws: A ``StartError`` with a line for people.
    init(_ settings: ServeSettings, logger: Logger) async throws(StartError) {
        try DataFolder.prepare(settings.data)
        let now: @Sendable () -> Timestamp = { .now }
        let data = FilePath(settings.data)
        let folders = DataFolders(data: data)
        tasksFolder = settings.tasks.map { FilePath($0) } ?? data.appending("tasks")
        let store = try await Self.openStore(settings)
        self.store = store

        let tasks = CurrentTasks(TaskCatalogue.load(folder: tasksFolder))
        let inbox = CommitInbox()
        let manager = JobManager(
            store: store,
            runner: WorkerRunner(
                folders: folders,
                worker: FilePath(ProgramFiles.worker),
                tasks: { tasks.catalogue[$0] },
                ownsProcess: true,
                logger: logger
            ),
            tasks: tasks,
            observer: inbox,
            machine: try await Self.machine(settings, store),
            dataFolder: data,
            now: now,
            logger: logger
        )
        self.manager = manager
        authenticator = try Self.openAuthenticator(settings, now)

        let folder = tasksFolder
        var configuration = FrontEndConfiguration(
            access: authenticator.map { .token($0) } ?? .everyone,
            server: "jobsync \(Program.version)",
            discovery: ProgramFiles.discovery,
            page: (settings.web ?? ProgramFiles.web).map(PageFiles.init(folder:)) ?? PageFiles()
        )
        configuration.allowedOrigins = Set(settings.allowedOrigins)
        configuration.isLoopback = settings.isLoopback
        configuration.limits.callsPerSecond = settings.rate
        configuration.reloadTasks = {
            await manager.replaceTasks(with: TaskCatalogue.load(folder: folder))
        }
        var network = WebSocketServerConfiguration()
        network.host = settings.host
        network.port = settings.port
        network.maximumMessageBytes = configuration.limits.messageBytes
        self.network = WebSocketServer(configuration: network)
        frontEnd = FrontEnd(
            server: self.network,
            manager: manager,
            inbox: inbox,
            logs: JobLogs(folders: folders),
            configuration: configuration,
            now: now,
            logger: logger
        )
    }

    /// Reads the task files anew.
    func reloadTasks() async {
        await manager.replaceTasks(with: TaskCatalogue.load(folder: tasksFolder))
    }

    private static func openStore(
        _ settings: ServeSettings
    ) async throws(StartError) -> SQLiteJobStore {
        do throws(SQLiteStoreError) {
            return try await SQLiteJobStore.open(at: settings.data + "/jobs.sqlite")
        } catch {
            throw StartError(message: error.description)
        }
    }

    /// What the settings say, else what was set while a server ran, else what the machine has.
    private static func machine(
        _ settings: ServeSettings,
        _ store: any JobStore
    ) async throws(StartError) -> Resources {
        let saved: Resources?
        do throws(JobStoreError) {
            saved = try await JobManager.savedMachine(in: store)
        } catch {
            throw StartError(message: "the store does not answer: \(error)")
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
            outcome = try SQLiteJobStore.whileClosed(at: data + "/jobs.sqlite") {
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
