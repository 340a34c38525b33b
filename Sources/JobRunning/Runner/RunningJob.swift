import JSON
import JobModel
import JobTasks
import SystemPackage

/// A job that a runner looks after, from its start to its last fact.
struct RunningJob {
    /// Where the job stands on its way out.
    enum Phase: Hashable {
        /// Its worker lives, or is about to.
        case running
        /// Its worker was told to stop.
        case stopping
        /// Its whole tree is being ended by force.
        case killing
        /// Its worker is gone; what is left is being cleared away.
        case ending
    }

    var order: LaunchOrder
    /// The number of the newest order for the job.
    var orderNumber: Int
    let folder: RunFolder
    var journal: JournalReader
    /// The time from SIGTERM to SIGKILL.
    let grace: Duration
    /// How many processes the kernel had ended for want of memory when the job was taken up.
    let memoryKills: Int?
    var phase = Phase.running
    /// Whether it was ordered to stop.
    var isCancelled = false
    /// Holds all of its processes; nil where there are no control groups.
    var group: ControlGroup?
    /// When the job was taken up.
    let taken = ContinuousClock.now
    /// How much of its log is of earlier attempts.
    var earlierLog = 0
    /// The time until it is looked again for a worker that is not found.
    var pause = Duration.milliseconds(50)
    /// What the worker lacked to begin with the job.
    var lack: LaunchProblem?
    /// That the worker was ended because it said nothing.
    var silence: LaunchProblem?
    var process: WorkerProcess?
    var identity: ProcessIdentity?
    var watch: JournalWatcher.Watch?
    var result: JSONValue?
    /// What the worker was about to put into its place, or has.
    var record: DataRecord?
    var end: JournalEnd?
    var damagedLines = 0
    /// Why the journal could not be read the last time.
    var journalProblem: Errno?
    /// Why the lock could not be looked at the last time.
    var lockProblem: Errno?
    /// The running stage's number, and how many there are.
    var stage: (number: Int, of: Int)?
    var progress = ProgressTeller()
    /// What goes on for the job: waiting for its grace to end, looking again, telling late.
    var timers: [Task<Void, Never>] = []

    /// Whether the worker lives, as far as can be known, and has not said a word: neither the journal nor the
    /// store says of anything that it did, and nobody has taken the journal away or made it unreadable.
    var isSilent: Bool {
        if case .inStage = order.past { return false }
        return journal.isEmpty && journalProblem == nil && !folder.hasLostJournal
    }

    init(_ order: LaunchOrder, in folders: DataFolders, grace: Duration?) {
        self.order = order
        orderNumber = order.number
        folder = RunFolder(folders.run(of: order.id))
        self.grace = grace ?? TaskDescription.defaultGrace
        memoryKills = MemoryKills.count()
        journal = JournalReader(folder.journal)
    }
}
