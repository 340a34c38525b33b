public import JobModel

/// What the scheduler must know of a job.
public struct JobRequest: Hashable, Sendable {
    /// The job's name.
    public let id: JobID
    /// What the job has in common with others that wait for the same.
    public let shape: JobShape
    /// Jobs of a higher priority start first.
    public let priority: Int

    /// Describes a job.
    ///
    /// - Parameters:
    ///   - id: The job's name.
    ///   - shape: What it waits for.
    ///   - priority: Jobs of a higher one start first.
    public init(id: JobID, shape: JobShape, priority: Int = 0) {
        self.id = id
        self.shape = shape
        self.priority = priority
    }

    /// Takes what the scheduler must know from a job.
    public init(_ job: Job) {
        self.init(
            id: job.id,
            shape: JobShape(task: job.task, resources: job.resources, username: job.username),
            priority: job.priority
        )
    }
}

/// What jobs have in common that wait for the same: if the first of them cannot start, none can.
public struct JobShape: Hashable, Sendable {
    /// The kind of work.
    public let task: String
    /// The cores and the memory that are needed.
    public let resources: Resources
    /// Who made the job.
    public let username: String

    /// Describes a shape.
    ///
    /// - Parameters:
    ///   - task: The kind of work.
    ///   - resources: The cores and the memory that are needed.
    ///   - username: Who made the job.
    public init(task: String, resources: Resources, username: String) {
        self.task = task
        self.resources = resources
        self.username = username
    }
}

/// Something that happened and may let a job start.
public enum SchedulerEvent: Hashable, Sendable {
    /// A job arrived and waits.
    case jobArrived(JobRequest)
    /// A job was found that runs already, started by an earlier server.
    case jobFoundRunning(JobRequest)
    /// A job was found that runs on another machine: it counts for its task's limit only.
    case jobFoundRunningElsewhere(JobRequest)
    /// A waiting job was called off.
    case jobWithdrawn(JobID)
    /// Nothing of a job that ran lives any more.
    case jobEnded(JobID)
    /// How many jobs of a task may run at once was changed; nil is no limit, 0 pauses it.
    case taskLimitChanged(task: String, limit: Int?)
    /// What the machine gives to jobs was changed.
    case machineChanged(Resources)
    /// Starting was stopped, as when the server is about to end, or resumed.
    case startingPaused(Bool)
    /// Jobs cannot be started for want of something, but so many to find out; nil: they can again.
    case startingHindered(StartHindrance?)
    /// A job waits and must not start before a moment; it arrives when that has come.
    case jobRested(JobRequest, until: Timestamp)
}

/// What keeps a server from starting jobs.
public struct StartHindrance: Hashable, Sendable {
    /// What is lacking, in a sentence for people.
    public let cause: String
    /// How many jobs may start all the same, to find out whether it still is.
    public var permits: Int

    /// Describes a hindrance.
    ///
    /// - Parameters:
    ///   - cause: What is lacking, in a sentence for people.
    ///   - permits: How many jobs may start all the same.
    public init(cause: String, permits: Int) {
        self.cause = cause
        self.permits = permits
    }
}

/// Something that must be done.
public enum SchedulerAction: Hashable, Sendable {
    /// Start this job; it counts as running from now on.
    case start(JobID)
}

/// Why a job waits.
public enum WaitingReason: Hashable, Sendable {
    /// Cores or memory are missing, this much of each.
    case resources(short: Resources)
    /// As many jobs of the task run as may.
    case taskLimit(running: Int, limit: Int)
    /// Others that wait for the same resources come first.
    case behind(ahead: Int)
    /// The task's limit is 0, or starting is stopped altogether.
    case paused
    /// The server lacks something to start jobs; the sentence says what.
    case server(cause: String)
    /// An attempt failed, and the next one begins at this moment at the earliest.
    case rest(until: Timestamp)
    /// The job needs this much more than the whole machine gives, and waits for a larger one.
    case unschedulable(short: Resources)
}

/// A waiting job's prospects.
public struct WaitingReport: Hashable, Sendable {
    /// Why it waits.
    public let reason: WaitingReason
    /// The line that its place is counted in.
    public let line: WaitingLineName
    /// Its place in that line, counted from 1.
    public let position: Int
}

/// The line that a waiting job stands in.
public enum WaitingLineName: String, Hashable, Sendable {
    /// All jobs that could start if there were room, in their order: the first of them starts next.
    case queue
    /// The jobs of one task that are held for the same reason: by its limit, because starting is
    /// paused, because an attempt failed, or because they need more than the machine gives. They keep
    /// nobody else waiting.
    case task
}
