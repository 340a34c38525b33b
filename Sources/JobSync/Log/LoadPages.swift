import JobStorage
import WebSockets

/// The full pages of first loads, which clients who begin within a second share though jobs change.
///
/// A page that was built a moment ago may hold a job in a form that is no more its newest. That is
/// well, for what became of it since stands further behind in the log, and the client comes there:
/// a later version is put, and a removal told, because it is behind the position from which on this
/// load is told removals. That position is the same for all who share the pages.
struct LoadPages {
    /// For how long clients who begin join those before them.
    private static let joining = Duration.seconds(1)
    /// For how long pages are kept after the last client has joined.
    private static let keeping = Duration.seconds(10)
    /// More than this is not kept, in bytes.
    private static let capacity = 64 << 20

    private var epoch = ""
    private var base = 0
    private var begun: ContinuousClock.Instant?
    private var pages: [SyncFrameKey: SyncFrame] = [:]
    private var size = 0

    /// Begins a load, or joins one.
    ///
    /// - Parameters:
    ///   - log: What is loaded.
    ///   - now: The time.
    /// - Returns: From where on removals must be told.
    mutating func begin(_ log: ChangeLog, at now: ContinuousClock.Instant) -> Int {
        if let begun, now - begun < Self.joining, epoch == log.epoch, base >= log.horizon {
            return base
        }
        self = LoadPages()
        begun = now
        epoch = log.epoch
        base = log.head
        return base
    }

    subscript(_ key: SyncFrameKey) -> SyncFrame? { pages[key] }

    /// Keeps a page if it is a full one of the load that was begun last.
    ///
    /// - Parameters:
    ///   - page: The page.
    ///   - key: What it depends on.
    /// - Returns: Whether it is kept.
    mutating func keep(_ page: SyncFrame, for key: SyncFrameKey) -> Bool {
        guard key.isLoading, !page.isLast, base > 0, key.emptyBelow == base,
            let count = page.frame?.count, size + count <= Self.capacity
        else { return false }
        pages[key] = page
        size += count
        return true
    }

    /// Lets go of everything once nobody has joined for a while.
    mutating func forget(at now: ContinuousClock.Instant) {
        if let begun, now - begun >= Self.keeping { self = LoadPages() }
    }
}
