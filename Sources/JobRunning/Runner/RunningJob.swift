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

    let order: LaunchOrder
    let folder: RunFolder
    var journal: JournalReader
    /// The time from SIGTERM to SIGKILL.
    let grace: Duration
    /// How many processes the kernel had ended for want of memory when the job was taken up.
    let memoryKills: Int?
    var phase = Phase.running
    var process: WorkerProcess?
    var identity: ProcessIdentity?
    var watch: JournalWatcher.Watch?
    var result: JSONValue?
    var end: JournalEnd?
    var damagedLines = 0
    /// The running stage's number, and how many there are.
    var stage: (number: Int, of: Int)?
    var progress = ProgressTeller()
    /// What goes on for the job: waiting for its grace to end, looking again, telling late.
    var timers: [Task<Void, Never>] = []

    init(_ order: LaunchOrder, in folders: DataFolders, grace: Duration?) {
        self.order = order
        folder = RunFolder(folders.run(of: order.id))
        self.grace = grace ?? TaskDescription.defaultGrace
        memoryKills = MemoryKills.count()
        journal = JournalReader(folder.journal)
    }
}

/// Holds back progress that comes too fast: four facts a second, the last one never lost.
struct ProgressTeller {
    /// What becomes of a fraction.
    enum Decision: Hashable {
        /// Tell it now.
        case tell
        /// Tell what is newest then.
        case tellLater(Duration)
        /// It waits for a telling that is planned already, or says nothing new.
        case wait
    }

    /// A fraction of a stage, with its date.
    struct Told: Hashable {
        let stage: Int
        let count: Int
        let fraction: Double
        let date: Timestamp

        fileprivate var share: Double {
            Progress.atStage(stage, of: count, fraction: fraction)
        }
    }

    static let interval = Duration.milliseconds(250)

    private(set) var pending: Told?
    private var last: Told?
    private var nextTelling: ContinuousClock.Instant?

    /// Takes in a fraction.
    mutating func take(_ told: Told, now: ContinuousClock.Instant) -> Decision {
        guard told.share != (pending ?? last)?.share else { return .wait }
        guard pending == nil else {
            pending = told
            return .wait
        }
        pending = told
        guard let nextTelling, now < nextTelling else { return .tell }
        return .tellLater(nextTelling - now)
    }

    /// Takes out what waits, to be told now.
    mutating func telling(now: ContinuousClock.Instant) -> Told? {
        guard let told = pending else { return nil }
        pending = nil
        last = told
        nextTelling = now + Self.interval
        return told
    }

    /// Forgets what waits: a new stage says more than the rest of an old one.
    mutating func beginStage() {
        pending = nil
        last = nil
    }
}
