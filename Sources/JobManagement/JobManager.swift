import JSON
public import JobData
public import JobModel
public import JobRunning
import JobScheduling
public import JobStorage
import JobTasks
public import Logging
public import SystemPackage
import Threads

/// Joins scheduling, storage and running.
///
/// A request or a fact is decided on in memory, at once and completely; the
/// changes that follow wait for the store in the order in which they were
/// decided, and everyone who decides while a commit is under way shares the
/// next one. Only what is durable is answered, told and acted on. When the
/// store fails, the decisions that it has not taken are dropped, their callers
/// are told, and everything is read anew as at a start: the store and the
/// jobs' journals know it all.
///
/// Calls are taken up in the order in which they were made, whoever makes them: its mailbox is a queue
/// of its own, for an actor's usual one promises no order (SE-0306), and lets the urgent pass.
public actor JobManager {
    let mailbox = ThreadExecutor(name: "jobs")

    /// Where calls wait for their turn.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe mailbox.asUnownedSerialExecutor()
    }

    let store: any JobStore
    let runner: any JobRunner
    let tasks: CurrentTasks
    let observer: any ChangeObserver
    /// What jobs make and work on; nil where nothing of the kind is kept.
    public nonisolated let data: DataKeeper?
    let dataFolder: FilePath
    let now: @Sendable () -> Timestamp
    /// This server's name for good, which the jobs bear that it starts.
    let server: String?
    let clock = ContinuousClock()
    /// Waits for a time.
    let sleep: @Sendable (Duration) async throws -> Void
    let logger: Logger

    var scheduler: SchedulerState
    var jobs: [JobID: ManagedJob] = [:]
    var pending = PendingChanges()
    var pendingSettings = PendingSettings()
    var tickets: [CommitTicket.ID: CommitTicket] = [:]
    var lastTicket: CommitTicket.ID = 0
    /// The name of the history that the observer was told of.
    var epoch = ""
    /// The position up to which the observer was told.
    var told = 0
    /// The position up to which something is known to be durable.
    var reached = 0
    var isCommitting = false
    /// The changes that the store is asked to commit just now.
    var underway: [PendingChange] = []
    var underwaySettings = PendingSettings()
    /// How many callers have more to ask before the next commit begins.
    var gatherings = 0
    /// When the oldest of the changes was decided that wait, or one before it.
    var pendingSince: ContinuousClock.Instant?
    /// Counted up whenever decisions are dropped; what was decided in an earlier one counts no more.
    var era = 0
    /// Facts that cannot be learned before memory agrees with the store.
    var heldFacts = FactQueue()
    /// What jobs may use of this machine.
    var machine: Resources
    /// The same by what is durable, or came from the server's own settings.
    var durableMachine: Resources
    /// Machines that were set by commits whose outcome is not known.
    var droppedMachines: Set<Resources> = []
    /// The machine, or what it was while it was to start anything at all.
    var usualMachine: Resources
    /// Whether memory agrees with the store; false while everything is read anew.
    var isReady = false
    var isDraining = false
    /// Whether the store may not be asked any more.
    var hasEnded = false
    var limitOverrides: [String: Int?] = [:]
    /// The number of the newest order to start or to take up each job that runs here.
    var orders: [JobID: Int] = [:]
    var lastOrder = 0
    /// Whether jobs can be started.
    var launching = LaunchTrouble()
    var launchLog = Throttle()
    /// Jobs that could not be started, and stand behind all others until one can be.
    var stoodBack: Set<JobID> = []
    /// Counted up when it is no more this server's matter whether jobs can be started.
    var launchEra = 0
    /// Whether the store takes changes.
    var storing = StoreTrouble()
    /// Which jobs cannot keep what they make.
    var keeping = KeepingTrouble()
    /// Whether it is left alone for a while, though there is something to commit or to read.
    var isStoreAtRest = false
    var generator = SystemRandomNumberGenerator()
    /// Looks at the files that arguments name.
    let files = BlockingPool(threads: pathThreads, name: "arguments")
    /// How many requests of a caller wait for what is said of files.
    var callersWaiting: [String: Int] = [:]
    /// Whether a commit begins soon, though not all are there who are gathered.
    var isWaitingForOthers = false
    /// What was done since the start.
    public internal(set) var statistics = ManagerStatistics()

    /// What it takes to share the store; nil if nobody else has it.
    let cluster: Cluster?
    /// What is kept in mind because others share the store.
    var sharing: Sharing?
    /// One at a time brings memory up to date.
    let memoryTurn = Turn()
    /// One at a time asks for the lease or gives it back.
    let leaseTurn = Turn()
    let restoreSignal = Signal()
    let leaseSignal = Signal()

    let effects: AsyncStream<Effect>
    let effectSink: AsyncStream<Effect>.Continuation
    var lanes = EffectLanes()

    /// Makes a manager that has not begun.
    ///
    /// - Parameters:
    ///   - store: Where jobs are kept.
    ///   - runner: Who runs them.
    ///   - tasks: The tasks that there are.
    ///   - observer: Who is told of changes.
    ///   - data: What jobs make and work on; nil where nothing of the kind is kept.
    ///   - machine: What jobs may use.
    ///   - hardware: What there is, for jobs that are made while `machine` is to start nothing.
    ///   - dataFolder: Where paths in arguments begin.
    ///   - now: The time.
    ///   - server: This server's name for good; the cluster's if there is one.
    ///   - cluster: What it takes to share the store with other servers; nil if none does.
    ///   - sleep: Waits for a time, before something is tried again; the cluster's way if nil and there is one.
    ///   - logger: For faults of the store.
    public init(
        store: any JobStore,
        runner: any JobRunner,
        tasks: CurrentTasks,
        observer: any ChangeObserver,
        data: DataKeeper? = nil,
        machine: Resources,
        hardware: Resources? = nil,
        dataFolder: FilePath,
        now: @escaping @Sendable () -> Timestamp,
        server: String? = nil,
        cluster: Cluster? = nil,
        sleep: (@Sendable (Duration) async throws -> Void)? = nil,
        logger: Logger
    ) {
        self.store = store
        self.runner = runner
        self.tasks = tasks
        self.observer = observer
        self.data = data
        self.dataFolder = dataFolder
        self.now = now
        self.server = cluster?.server ?? server
        self.logger = logger
        self.machine = machine
        durableMachine = machine
        usualMachine = machine.usual(before: hardware ?? Self.largestMachine)
        self.cluster = cluster
        self.sleep = sleep ?? (cluster?.time ?? ClusterTime()).sleep
        sharing = cluster.map { Sharing($0) }
        scheduler = SchedulerState(machine: machine)
        (effects, effectSink) = AsyncStream.makeStream(of: Effect.self)
    }

    /// Reads what the store has and takes up the jobs that run; answers calls from then on.
    ///
    /// - Throws: If the store does not answer.
    public func begin() async throws(JobStoreError) {
        if let cluster {
            try await join(cluster)
        } else {
            try await readSettingsAnew()
            try await readEverything()
        }
    }

    /// Listens to the runner and has things done, until it is cancelled.
    public func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { for await fact in self.runner.facts { await self.take(fact) } }
            group.addTask { await self.performEffects() }
            if let cluster { group.addTask { await self.takePart(in: cluster) } }
        }
    }

    /// Takes no new jobs, starts none, and returns when everything decided is durable; what runs goes on.
    public func drain() async {
        isDraining = true
        apply(scheduler.handle(.startingPaused(true)))
        while isReady, !storing.keepsChanges, isCommitting || hasPending { await nextRest() }
        await resign()
    }

    /// Ends for good, once nobody asks any more: what was decided is durable or is dropped, and the
    /// store is left alone from then on.
    public func end() async {
        await drain()
        hasEnded = true
        isReady = false
        while isCommitting, !isStoreAtRest { await nextRest() }
    }

    /// Waits until the batches under way are durable, or are given up or kept for later.
    private func nextRest() async {
        let ticket = makeTicket()
        tickets[ticket]?.remaining = 1
        barrier.append(ticket)
        _ = await outcome(of: ticket)
    }

    /// Those who wait until the batches under way and everything pending is durable.
    var barrier: [CommitTicket.ID] = []
}

/// Wakes the one who waits for it; several words before it looks are one.
struct Signal: Sendable {
    let words: AsyncStream<Void>
    private let teller: AsyncStream<Void>.Continuation

    init() {
        (words, teller) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func give() { teller.yield() }
}
