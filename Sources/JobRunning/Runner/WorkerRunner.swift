public import JobModel
public import JobTasks
public import Logging
public import SystemPackage

/// Runs each job in a worker process, and follows what the worker writes.
public actor WorkerRunner: JobRunner {
    /// What is learned, in the order in which it happened.
    public nonisolated let facts: AsyncStream<JobFact>

    private let teller: AsyncStream<JobFact>.Continuation

    /// Makes a runner.
    ///
    /// - Parameters:
    ///   - folders: Where the parts of a job lie.
    ///   - worker: The program `jobsync-worker`.
    ///   - tasks: Finds a task's description by name when a job starts.
    ///   - ownsProcess: Whether this process has no children but workers, so that any
    ///     other child that appears must have been left behind by one, and is ended.
    ///   - logger: Where damage is reported.
    public init(
        folders: DataFolders,
        worker: FilePath,
        tasks: @escaping @Sendable (String) -> TaskDescription?,
        ownsProcess: Bool = false,
        logger: Logger
    ) {
        (facts, teller) = AsyncStream.makeStream(of: JobFact.self)
    }

    /// Starts a job; a failure to start it is a fact too.
    public func start(_ order: LaunchOrder) {}

    /// Takes up a job that an earlier server started.
    public func adopt(_ order: LaunchOrder) {}

    /// Tells a job to stop.
    public func cancel(_ id: JobID, reason: String) {}

    /// Removes what a job that ended has left behind besides its log.
    public func forget(_ id: JobID) {}

    /// Removes a job's log too.
    public func removeLog(_ id: JobID) {}
}
