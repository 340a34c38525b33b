public import JobModel
public import JobScheduling
public import JobTasks

/// All that is known of a job.
public struct JobDetail: Hashable, Sendable {
    /// The job as the store has it.
    public let job: Job
    /// The names of the task's stages; empty if there is no such task any more.
    public let stages: [String]
    /// Why it waits and where it stands, if it waits.
    public let waiting: WaitingReport?
    /// How many attempts at the job there are at most; 1 for one that is not started again.
    public let attempts: Int
}

/// A task and how much of it there is to do.
public struct TaskReport: Hashable, Sendable {
    /// The task.
    public let description: TaskDescription
    /// How many of its jobs may run at once; nil is no limit.
    public let limit: Int?
    /// How many of its jobs run.
    public let running: Int
    /// How many of its jobs wait.
    public let waiting: Int
}

/// What is used of the machine.
public struct ResourceReport: Hashable, Sendable {
    /// What running jobs hold.
    public let used: Resources
    /// What is free.
    public let available: Resources
    /// What jobs may use at all.
    public let limit: Resources
    /// How many jobs of each task run.
    public let taskCounts: [String: Int]
    /// How many jobs wait.
    public let waiting: Int
    /// What the server lacks; empty while all is well.
    public let troubles: [ServerTrouble]
}

/// What the manager has done since it was started.
public struct ManagerStatistics: Hashable, Sendable {
    /// How many batches the store has committed.
    public internal(set) var commits = 0
    /// How many changes were in them.
    public internal(set) var changes = 0
    /// How long the commits took, together.
    public internal(set) var commitTime = Duration.zero
    /// How long each of them took.
    public internal(set) var commitTimes = Histogram()
    /// How long it took from deciding to start a job to its worker's first stage, on this machine.
    public internal(set) var workerStarts = Histogram()
    /// How often the store failed and everything was read anew.
    public internal(set) var recoveries = 0
    /// How many jobs were started.
    public internal(set) var started = 0
    /// How often a job could not be started for want of something that the server should have.
    public internal(set) var notStarted = 0
    /// How often the store took no changes, which were kept and tried again.
    public internal(set) var changesKept = 0
    /// How often changes may have been missed and were read anew.
    public internal(set) var feedReopenings = 0
    /// How many calls were handed over to another server.
    public internal(set) var callsHandedOver = 0
    /// How many calls of other servers were performed.
    public internal(set) var callsPerformed = 0
    /// How many jobs ended in each final state.
    public internal(set) var ended: [JobState: Int] = [:]
}
