public import JSON

/// What a job really used, known at its end.
public struct ResourceUsage: Hashable, Sendable {
    /// Processor time of the job's processes in seconds.
    public var cpuSeconds: Double
    /// The largest resident memory of one of its processes in bytes; nil where nobody knows.
    public var peakMemory: Int?

    /// Makes a record of use.
    ///
    /// - Parameters:
    ///   - cpuSeconds: Processor time in seconds.
    ///   - peakMemory: The largest resident memory in bytes; nil where nobody knows.
    public init(cpuSeconds: Double, peakMemory: Int?) {
        self.cpuSeconds = cpuSeconds
        self.peakMemory = peakMemory
    }

    /// Takes over a record of use that was read somewhere, if it can be one.
    ///
    /// - Parameters:
    ///   - cpuSeconds: Processor time in seconds: a million cores for thirty years at most.
    ///   - peakMemory: The largest resident memory in bytes, which a number in JavaScript holds; nil where
    ///     nobody knew.
    public init?(checking cpuSeconds: Double?, _ peakMemory: Int?) {
        guard let cpuSeconds, (0...1e15).contains(cpuSeconds),
            (0...1 << 53).contains(peakMemory ?? 0)
        else { return nil }
        self.init(cpuSeconds: cpuSeconds, peakMemory: peakMemory)
    }
}

/// A job as a store keeps it.
///
/// The history in ``status`` is never empty. A change goes through ``record(state:stage:progress:error:at:)``
/// or ``archive(at:)``, each of which adds one to ``version``.
public struct Job: Hashable, Sendable {
    /// How many changes a job that was read somewhere may have gone through.
    public static let versionRange = 0...JSONValue.greatestCount

    /// The job's name.
    public let id: JobID
    /// How many changes were made; 0 when the job is new.
    public private(set) var version: Int
    /// The kind of work.
    public let task: String
    /// What the task is told.
    public let args: JSONObject
    /// The cores and the memory that the job holds while it runs.
    public let resources: Resources
    /// Jobs of a higher priority start first.
    public let priority: Int
    /// Who made the job.
    public let username: String
    /// The history, oldest entry first.
    public private(set) var status: [JobStatus]
    /// Whether the job is put away; only ended jobs are.
    public private(set) var archived: Bool
    /// When the last change was made.
    public private(set) var updated: Timestamp
    /// The server on whose machine the job runs or ran; nil before it was started.
    public private(set) var server: String?
    /// What the task made, as the task describes it.
    public private(set) var result: JSONValue?
    /// What the job really used.
    public private(set) var usage: ResourceUsage?

    /// Takes all parts of a job together.
    ///
    /// - Parameters:
    ///   - id: The job's name.
    ///   - version: How many changes were made.
    ///   - task: The kind of work.
    ///   - args: What the task is told.
    ///   - resources: Cores and memory.
    ///   - priority: Jobs of a higher one start first.
    ///   - username: Who made the job.
    ///   - status: The history, oldest entry first.
    ///   - archived: Whether the job is put away.
    ///   - updated: When the last change was made; the date of the last entry if nil.
    ///   - server: The server on whose machine it runs or ran.
    ///   - result: What the task made.
    ///   - usage: What the job really used.
    /// - Precondition: The history is not empty.
    public init(
        id: JobID,
        version: Int,
        task: String,
        args: JSONObject,
        resources: Resources,
        priority: Int = 0,
        username: String,
        status: [JobStatus],
        archived: Bool = false,
        updated: Timestamp? = nil,
        server: String? = nil,
        result: JSONValue? = nil,
        usage: ResourceUsage? = nil
    ) {
        guard let last = status.last else {
            preconditionFailure("a job's history has at least the entry that made it")
        }
        self.id = id
        self.version = version
        self.task = task
        self.args = args
        self.resources = resources
        self.priority = priority
        self.username = username
        self.status = status
        self.archived = archived
        self.updated = updated ?? last.date
        self.server = server
        self.result = result
        self.usage = usage
    }

    /// Makes a new job, which waits.
    ///
    /// - Parameters:
    ///   - id: The job's name.
    ///   - task: The kind of work.
    ///   - args: What the task is told.
    ///   - resources: Cores and memory.
    ///   - priority: Jobs of a higher one start first.
    ///   - username: Who made it.
    ///   - date: When.
    public init(
        new id: JobID,
        task: String,
        args: JSONObject,
        resources: Resources,
        priority: Int = 0,
        username: String,
        at date: Timestamp
    ) {
        self.init(
            id: id,
            version: 0,
            task: task,
            args: args,
            resources: resources,
            priority: priority,
            username: username,
            status: [JobStatus(stage: nil, progress: 0, state: .waiting, date: date)]
        )
    }

    /// The newest entry of the history.
    public var current: JobStatus {
        guard let last = status.last else {
            preconditionFailure("a job's history has at least the entry that made it")
        }
        return last
    }

    /// Where the job stands.
    public var state: JobState { current.state }

    /// When the job was made.
    public var added: Timestamp { status.first?.date ?? updated }
}

// MARK: - Changes

extension Job {
    /// Records what happened: a change of progress alone rewrites the last entry, any other adds one.
    ///
    /// - Parameters:
    ///   - state: The new state, or nil if it stays.
    ///   - stage: The new stage, or nil if it stays.
    ///   - progress: The new progress, or nil if it stays.
    ///   - error: What went wrong.
    ///   - cancellation: Who wanted the job to stop and why; it is kept until the job is cancelled.
    ///   - date: When.
    public mutating func record(
        state: JobState? = nil,
        stage: String? = nil,
        progress: Double? = nil,
        error: JobError? = nil,
        cancellation: Cancellation? = nil,
        at date: Timestamp
    ) {
        let before = current
        let state = state ?? before.state
        let isStopping = state == .cancelling || state == .cancelled
        let entry = JobStatus(
            stage: stage ?? before.stage,
            progress: Progress.rounded(progress ?? before.progress),
            error: error,
            state: state,
            date: date,
            cancellation: cancellation ?? (isStopping ? before.cancellation : nil)
        )
        let onlyProgressChanged =
            entry.state == before.state && entry.stage == before.stage
            && entry.error == before.error
        if onlyProgressChanged {
            status[status.count - 1].progress = entry.progress
        } else {
            status.append(entry)
        }
        touch(at: date)
    }

    /// Sends a job whose attempt failed back to where it waits for the next one.
    ///
    /// - Parameters:
    ///   - error: What went wrong.
    ///   - date: When.
    public mutating func restart(after error: JobError, at date: Timestamp) {
        wait(
            because: JobRestart(
                cause: error.cause,
                message: error.message,
                attempt: attempt,
                server: server
            ),
            at: date
        )
    }

    /// Sends a job that could not be started back to where it waits, in the same attempt.
    ///
    /// However often that happens in a row, the history has one entry for it.
    ///
    /// - Parameters:
    ///   - message: What the server or its machine lacked, in a sentence for people.
    ///   - date: When.
    public mutating func giveBack(because message: String, at date: Timestamp) {
        var restart = JobRestart(cause: nil, message: message, attempt: attempt, server: server)
        if let start = status.lastIndex(where: { $0.state == .waiting }),
            let before = status[start].restart, before.cause == nil
        {
            restart.times = min(before.times, Int(Int32.max)) + 1
            status.removeSubrange(start...)
        }
        wait(because: restart, at: date)
    }

    private mutating func wait(because restart: JobRestart, at date: Timestamp) {
        status.append(
            JobStatus(stage: nil, progress: 0, state: .waiting, date: date, restart: restart)
        )
        server = nil
        touch(at: date)
    }

    /// Puts an ended job away.
    ///
    /// - Parameter date: When.
    public mutating func archive(at date: Timestamp) {
        archived = true
        touch(at: date)
    }

    /// Notes, with the change that ends the job, what it made and used; makes no version of its own.
    ///
    /// - Parameters:
    ///   - result: What the task made.
    ///   - usage: What the job really used.
    public mutating func conclude(result: JSONValue?, usage: ResourceUsage?) {
        self.result = result ?? self.result
        self.usage = usage ?? self.usage
    }

    /// Notes, with the change that starts the job, on whose machine it runs; makes no version of its own.
    ///
    /// - Parameter server: The server's name.
    public mutating func assign(to server: String) {
        self.server = server
    }

    private mutating func touch(at date: Timestamp) {
        version += 1
        updated = max(updated, date)
    }
}
