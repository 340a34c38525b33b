public import JSON
public import JobModel

/// What a caller asks for when a job is to be made.
public struct NewJob: Hashable, Sendable {
    /// The kind of work.
    public var task: String
    /// What the task is told.
    public var args: JSONObject
    /// Cores; the task's own if nil.
    public var proc: Int?
    /// Memory in GB; the task's own if nil.
    public var mem: Int?
    /// Jobs of a higher priority start first.
    public var priority: Int
    /// The job's name, chosen by the caller so that asking twice makes one job.
    public var id: JobID?
    /// Who asks.
    public var username: String
    /// Whose requests are taken up in the order in which they came, such as a connection's.
    public var caller: String

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - task: The kind of work.
    ///   - args: What the task is told.
    ///   - proc: Cores.
    ///   - mem: Memory in GB.
    ///   - priority: Jobs of a higher priority start first.
    ///   - id: The job's name.
    ///   - username: Who asks.
    ///   - caller: Whose requests are taken up in the order in which they came.
    public init(
        task: String,
        args: JSONObject = [:],
        proc: Int? = nil,
        mem: Int? = nil,
        priority: Int = 0,
        id: JobID? = nil,
        username: String,
        caller: String = ""
    ) {
        self.task = task
        self.args = args
        self.proc = proc
        self.mem = mem
        self.priority = priority
        self.id = id
        self.username = username
        self.caller = caller
    }
}

/// A job that was made, or was there already.
public struct NewJobAnswer: Hashable, Sendable {
    /// The job's name.
    public let id: JobID
    /// Its version.
    public let version: Int
    /// A position by which the job is in the history.
    public let seq: Int
    /// Whether this call made it.
    public let created: Bool
}

/// What was asked of a job, and done.
public enum JobActionOutcome: String, Hashable, Sendable {
    /// A waiting job was called off.
    case cancelled
    /// A running job was told to stop.
    case cancelling
    /// The job is put away.
    case archived
    /// The job is no more.
    case removed
}

/// What became of each of several jobs.
public struct JobActionAnswer: Sendable {
    /// The outcome for each job that was named.
    public let jobs: [JobID: Result<JobActionOutcome, JobManagerError>]
    /// A position by which all of it is in the history.
    public let seq: Int
}
