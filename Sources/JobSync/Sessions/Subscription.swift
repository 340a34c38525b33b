import JobModel
import JobStorage
import WebSockets

/// A client's wish to be told of jobs: a filter and a position in the change log, nothing more.
struct Subscription {
    /// What is peculiar to the first load.
    struct Load {
        /// The versions that the client says it holds.
        var known: [JobID: Int]?
        /// Jobs that the client holds and that are no more.
        var removals: [JobID] = []
    }

    /// Counted from 1 for each connection.
    let number: Int
    let filter: JobFilter
    /// The least time from one frame to the next.
    let interval: Duration
    /// Up to this position the client holds nothing that it must drop.
    let emptyBelow: Int
    /// Everything up to here that the filter admits is with the client.
    var cursor: Int {
        get { group?.cursor ?? ownCursor }
        set { ownCursor = newValue }
    }
    /// The first load, until it is complete.
    var load: Load?
    /// When the next frame may be sent.
    var nextFrame: ContinuousClock.Instant {
        get { group?.nextFrame ?? ownNextFrame }
        set { ownNextFrame = newValue }
    }
    /// Whether the call that made it is not answered yet.
    var isHeld = true
    /// Those with whom it is told of changes; nil while it is on its own.
    private(set) var group: FlushGroup?
    private var ownCursor: Int
    private var ownNextFrame: ContinuousClock.Instant

    init(
        number: Int,
        filter: JobFilter,
        interval: Duration,
        emptyBelow: Int,
        cursor: Int,
        load: Load,
        nextFrame: ContinuousClock.Instant
    ) {
        self.number = number
        self.filter = filter
        self.interval = interval
        self.emptyBelow = emptyBelow
        self.load = load
        ownCursor = cursor
        ownNextFrame = nextFrame
    }

    var groupKey: FlushGroup.Key {
        FlushGroup.Key(number: number, filter: filter, interval: interval)
    }

    mutating func join(_ group: FlushGroup, as connection: ConnectionID) {
        group.insert(connection)
        self.group = group
    }

    /// Goes on alone from where the group stands.
    mutating func leaveGroup(as connection: ConnectionID) {
        guard let group else { return }
        ownCursor = group.cursor
        ownNextFrame = group.nextFrame
        group.remove(connection)
        self.group = nil
    }
}
