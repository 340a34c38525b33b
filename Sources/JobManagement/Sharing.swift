import DequeModule
import JobModel
import JobRunning
import JobStorage

/// What a manager keeps in mind because others share its store.
struct Sharing {
    var lease: LeaseState
    var absence: AbsenceWatch
    var feed: (any StoreFeed)?
    /// Who leads, as the leader itself has said.
    var leader: LeaderRecord?
    /// Whether the others were told that this server leads, and with what machine.
    var isLeaderTold = false
    /// What every server last said of itself.
    var servers: [String: ServerNote] = [:]
    var beat = 0
    var calls = WaitingCalls()
    var performed = PerformedCalls()
    /// The first of this server's beats that was told after it began to lead.
    var leadingBeat = 0
    /// Whether all that the feed tells from here on was left since this server leads.
    var isFeedCurrent = false
    var answers = Outbox<CallAnswer>()
    /// Facts that were handed over and are not answered yet.
    var factsUnderway: [JobFact] = []
    var isSendingFacts = false

    init(_ cluster: Cluster) {
        lease = LeaseState(
            server: cluster.server,
            duration: cluster.leaseDuration,
            margin: cluster.margin
        )
        absence = AbsenceWatch(
            server: cluster.server,
            absentAfter: cluster.lostAfter,
            interval: cluster.claimInterval
        )
    }
}

/// Things that wait to be sent together, as soon as those before them are.
struct Outbox<Item> {
    private var items: [Item] = []
    private var isBeingEmptied = false

    /// Adds a thing; returns whether the caller has to see to it that it is sent.
    mutating func append(_ item: Item) -> Bool {
        items.append(item)
        defer { isBeingEmptied = true }
        return !isBeingEmptied
    }

    /// Takes all things out; none means that there is nobody any more who sends them.
    mutating func takeAll() -> [Item] {
        defer { items = [] }
        if items.isEmpty { isBeingEmptied = false }
        return items
    }
}

/// A turn that one has at a time, in the order of asking; lives in one actor.
final class Turn {
    private var isTaken = false
    private var waiting: Deque<CheckedContinuation<Void, Never>> = []

    func take() async {
        guard isTaken else {
            isTaken = true
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func pass() {
        if let next = waiting.popFirst() { next.resume() } else { isTaken = false }
    }
}

/// What the leader has said of itself.
struct LeaderRecord: Hashable {
    let server: String
    let term: Int
    let machine: Resources
}
