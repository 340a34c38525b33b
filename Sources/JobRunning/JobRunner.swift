public import JSON
public import JobModel

/// What is needed to run a job.
public struct LaunchOrder: Hashable, Sendable {
    /// The job's name.
    public let id: JobID
    /// The kind of work.
    public let task: String
    /// What the task is told, checked and with defaults filled in.
    public let args: JSONObject
    /// What the job may use.
    public let resources: Resources
    /// Who made the job.
    public let username: String
    /// What the catalogue says of the things that the arguments name, and of those they use.
    public var inputs: [DataKind: DataRecord]
    /// What it says of those that lists among the arguments name.
    public var listedInputs: [DataRecord] = []
    /// Tells this order from earlier ones for the same job.
    public let number: Int
    /// Why the job may have begun already, though nothing on this machine may say so any more.
    public let past: LaunchPast?

    /// Makes an order.
    ///
    /// - Parameters:
    ///   - id: The job's name.
    ///   - task: The kind of work.
    ///   - args: What the task is told.
    ///   - resources: What the job may use.
    ///   - username: Who made the job.
    ///   - inputs: What the catalogue says of the things that the arguments name.
    ///   - number: Tells this order from earlier ones for the same job.
    ///   - past: Why the job may have begun already; nil if nothing is known of that.
    public init(
        id: JobID,
        task: String,
        args: JSONObject,
        resources: Resources,
        username: String,
        inputs: [DataKind: DataRecord] = [:],
        number: Int = 0,
        past: LaunchPast? = nil
    ) {
        self.id = id
        self.task = task
        self.args = args
        self.resources = resources
        self.username = username
        self.inputs = inputs
        self.number = number
        self.past = past
    }
}

/// Why a job that is taken up may have begun already: what the store knows counts as much as what lies on the
/// machine, for either may be lost.
public enum LaunchPast: Hashable, Sendable {
    /// It was in this stage.
    case inStage(String)
    /// The store has lost changes, and what became of the job may be among them.
    case forgotten
}

/// How a job ended.
public struct JobEnd: Hashable, Sendable {
    /// The final state: `complete`, `error` or `cancelled`.
    public let state: JobState
    /// What went wrong, for the state `error`.
    public let error: JobError?
    /// What the task made.
    public let result: JSONValue?
    /// What the job really used, as far as it is known.
    public let usage: ResourceUsage?
    /// Whether it was ended from outside and by nobody's order, such as by a shutdown.
    public let isInterrupted: Bool

    /// Describes an end.
    ///
    /// - Parameters:
    ///   - state: The final state.
    ///   - error: What went wrong.
    ///   - result: What the task made.
    ///   - usage: What the job really used.
    ///   - isInterrupted: Whether it was ended from outside and by nobody's order.
    public init(
        state: JobState,
        error: JobError? = nil,
        result: JSONValue? = nil,
        usage: ResourceUsage? = nil,
        isInterrupted: Bool = false
    ) {
        self.state = state
        self.error = error
        self.result = result
        self.usage = usage
        self.isInterrupted = isInterrupted
    }
}

/// Something that was learned about a running job.
public struct JobFact: Hashable, Sendable {
    /// What was learned.
    public enum Content: Hashable, Sendable {
        /// A stage began; `number` counts from 1.
        case stageBegan(name: String, number: Int, of: Int)
        /// A part of a stage is done, from 0 to 1; at most four of these a second.
        case progressed(stage: Int, of: Int, fraction: Double)
        /// The job waits for what its machine lacks to keep what it makes; nil when that is over, as it is
        /// with the job's end.
        case waits(String?)
        /// The job ended, nothing of it lives any more, and its work folder is gone.
        case ended(JobEnd)
        /// The job did not begin for want of something that its server or machine should have; nothing of it
        /// is left. `order` is the number of the newest order for it.
        case notStarted(LaunchProblem, order: Int)
    }

    /// Which job.
    public let id: JobID
    /// What was learned.
    public let content: Content
    /// When it happened.
    public let date: Timestamp

    /// Makes a fact.
    ///
    /// - Parameters:
    ///   - id: Which job.
    ///   - content: What was learned.
    ///   - date: When it happened.
    public init(id: JobID, content: Content, date: Timestamp) {
        self.id = id
        self.content = content
        self.date = date
    }
}

/// Runs jobs, each in a process of its own, and tells what becomes of them.
public protocol JobRunner: Sendable {
    /// What is learned, in the order in which it happened; facts of one job are never reordered.
    ///
    /// May be iterated once. Every job that was started or adopted yields exactly one `ended` or `notStarted`.
    var facts: AsyncStream<JobFact> { get }

    /// Starts a job; a failure to start it is a fact too.
    ///
    /// - Parameter order: What to run.
    func start(_ order: LaunchOrder) async

    /// Takes up a job that an earlier server started, and tells all of its facts from the first on.
    ///
    /// - Parameter order: What was run; used to clean up if nothing is left of it.
    func adopt(_ order: LaunchOrder) async

    /// Tells of which jobs there is anything here that only a start leaves behind.
    ///
    /// - Parameter ids: The jobs.
    /// - Returns: Those that may have been started here.
    func traces(of ids: [JobID]) async -> Set<JobID>

    /// Orders a job to stop, in writing: then SIGTERM, and SIGKILL to all of it after the task's grace time.
    ///
    /// - Parameters:
    ///   - id: The job's name; one that does not run is ignored.
    ///   - reason: Who or what wants it, for the job's log.
    func cancel(_ id: JobID, reason: String) async

    /// Removes what a job that ended has left behind besides its log.
    ///
    /// Called once its end is committed; until then the end can be told again.
    ///
    /// - Parameter id: The job's name.
    func forget(_ id: JobID) async

    /// Removes what jobs have left behind that an earlier server did not come to forget.
    ///
    /// - Parameter known: The jobs that run or are about to.
    /// - Returns: Other jobs that run all the same; nothing was done to them.
    func sweep(keeping known: Set<JobID>) async -> [JobID]

    /// Lets jobs go on that another server starts anew if this one is not heard of.
    ///
    /// Called whenever the others have heard of this server; where it is not called for too long, such
    /// jobs have ended by themselves at the moment of the last call.
    ///
    /// - Parameter end: Up to when no other server gives jobs of this one up.
    func renewLease(until end: ContinuousClock.Instant) async

    /// Tells of which jobs there is a log or something kept here, if that is surely of one history.
    ///
    /// - Parameters:
    ///   - ids: The jobs.
    ///   - epoch: The history's name.
    ///   - seq: How far it has come; where it stood further before, it is not what it was.
    /// - Returns: Those of them that do not run; none if the data folder is of another history.
    func leftovers(of ids: [JobID], epoch: String, seq: Int) async -> [JobID]

    /// Removes a job's log too, and what it has kept.
    ///
    /// - Parameter id: The job's name.
    func removeLog(_ id: JobID) async
}
