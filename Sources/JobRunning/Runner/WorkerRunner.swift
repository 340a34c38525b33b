import CProcess
import Glibc
public import JobModel
public import JobTasks
public import Logging
public import SystemPackage
import Threads

/// Runs each job in a worker process of its own, and follows what the worker writes.
///
/// A job needs no living server: the worker holds a lock on its run folder for as
/// long as it lives, and writes down all that happens, so that any later runner over
/// the same folders can ``adopt(_:)`` it. Nothing is polled while nothing happens:
/// journals are followed by inotify, and workers' ends by process descriptors.
public actor WorkerRunner: JobRunner {
    /// What is learned, in the order in which it happened; may be iterated once.
    public nonisolated let facts: AsyncStream<JobFact>

    /// The thread on which all of this happens.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    private nonisolated let executor: ThreadExecutor
    nonisolated let loop = DescriptorLoop()
    let folders: DataFolders
    let worker: FilePath
    let tasks: @Sendable (String) -> TaskDescription?
    let data: (any JobDataKeeper)?
    let ownsProcess: Bool
    let groups: ControlGroups?
    /// What jobs need to go on that other servers may start as well; nil if there are no other servers.
    let lease: WorkerLease?
    /// How long a worker may take to its first word.
    let silence: Duration
    /// How long a job's tool may take to begin.
    let toolPatience: Duration
    let logger: Logger
    let teller: AsyncStream<JobFact>.Continuation
    let disposal: Disposal
    var jobs: [JobID: RunningJob] = [:]
    var watcher: JournalWatcher?
    /// What is still done for the latest sweep.
    var sweeping: Task<Void, Never>?

    /// Makes a runner.
    ///
    /// - Parameters:
    ///   - folders: Where the parts of a job lie.
    ///   - worker: The program `jobsync-worker`.
    ///   - tasks: Finds a task's description by name when a job starts.
    ///   - data: Knows what jobs work on, and keeps what they make; nil for tasks that do
    ///     nothing of the kind.
    ///   - ownsProcess: Whether this process has no children but workers. Then it becomes
    ///     the parent of what a worker that dies leaves behind, and ends any child that it
    ///     does not know. Leave it false where other code starts processes too.
    ///   - groups: Where jobs get control groups; nil where they get none.
    ///   - lease: How long other servers wait for a word of this one until they start its jobs anew;
    ///     nil if there are none.
    ///   - silence: How long a worker may take to its first word before it is ended.
    ///   - toolPatience: How long a job's tool may take to begin before its worker ends itself.
    ///   - logger: Where damage is reported.
    public init(
        folders: DataFolders,
        worker: FilePath,
        tasks: @escaping @Sendable (String) -> TaskDescription?,
        data: (any JobDataKeeper)? = nil,
        ownsProcess: Bool = false,
        groups: ControlGroups? = nil,
        lease: Duration? = nil,
        silence: Duration = .seconds(30),
        toolPatience: Duration = .seconds(30),
        logger: Logger
    ) {
        executor = ThreadExecutor(name: "runner", loop: loop)
        (facts, teller) = AsyncStream.makeStream(of: JobFact.self)
        self.folders = folders
        disposal = Disposal(folders: folders, logger: logger)
        self.worker = worker
        self.tasks = tasks
        self.data = data
        self.ownsProcess = ownsProcess
        self.groups = groups
        self.lease = lease.map { WorkerLease(file: folders.lease, duration: $0) }
        self.silence = silence
        self.toolPatience = toolPatience
        self.logger = logger
        cprocess_become_subreaper()
        if groups == nil {
            logger.notice(
                "no control groups can be made: a process of a job that hides could outlive it"
            )
        }
    }

    /// Starts a job; a failure to start it is a fact too.
    public func start(_ order: LaunchOrder) async {
        guard !isKnown(order) else { return }
        jobs[order.id] = RunningJob(order, in: folders, grace: tasks(order.task)?.grace)
        await launch(order.id)
    }

    /// Takes up a job that an earlier server started, and tells all of its facts from the first on.
    ///
    /// A job that never came to run is started now; one whose worker died without a last
    /// word ends in an error, and what is left of its processes is ended.
    public func adopt(_ order: LaunchOrder) async {
        guard !isKnown(order) else { return }
        let grace = RunFolder(folders.run(of: order.id)).readOrder()?.grace
        jobs[order.id] = RunningJob(order, in: folders, grace: grace ?? tasks(order.task)?.grace)
        jobs[order.id]?.group = group(of: order.id)
        if jobs[order.id]?.folder.orders.isCancelled ?? false { beginStopping(order.id) }
        watchJournal(of: order.id)
        await follow(order.id)
    }

    /// Whether a job is looked after already; then this order is the newest one for it.
    private func isKnown(_ order: LaunchOrder) -> Bool {
        guard jobs[order.id] != nil else { return false }
        jobs[order.id]?.orderNumber = order.number
        return true
    }

    /// Orders a job to stop, in writing: then SIGTERM, and SIGKILL to all of it after its grace time.
    public func cancel(_ id: JobID, reason: String) {
        guard let job = jobs[id], job.phase == .running else { return }
        do {
            try job.folder.orders.cancel(reason: reason)
        } catch .noSuchFileOrDirectory {
            // Nothing was started yet, and nothing will be.
        } catch {
            logger.warning("the order to cancel job \(id) cannot be written down: \(error.reason)")
        }
        note(reason, in: id)
        beginStopping(id)
        job.process?.send(SIGTERM)
    }

    /// Gives a job that was ordered to stop its grace time.
    private func beginStopping(_ id: JobID) {
        guard let grace = jobs[id]?.grace else { return }
        jobs[id]?.phase = .stopping
        jobs[id]?.isCancelled = true
        after(grace, for: id) { await $0.killTree(of: id) }
    }

    /// Removes what a job that ended has left behind besides its log.
    public func forget(_ id: JobID) {
        guard jobs[id] == nil else { return }
        disposal.remove(folders.run(of: id))
    }

    /// Writes down up to when jobs may run that other servers may start as well.
    public func renewLease(until end: ContinuousClock.Instant) {
        do throws(Errno) {
            try lease?.renew(until: end)
        } catch {
            logger.warning("jobs cannot be told that they may go on: \(error.reason)")
        }
    }

    /// Removes a job's log and outputs too.
    public func removeLog(_ id: JobID) {
        disposal.remove(folders.log(of: id))
        disposal.remove(folders.outputs(of: id))
    }
}
