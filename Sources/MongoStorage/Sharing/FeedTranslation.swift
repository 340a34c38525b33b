import JobModel
import JobStorage
import Mongo

/// Makes events of a change stream into what servers are told.
struct FeedTranslation {
    /// From where the stream is to be read again, with other events.
    struct Restart {
        let scope: FeedScope
        /// The time of an event; what it tells comes once more.
        let time: BSONValue
    }

    /// So many commits in a row with live jobs make it likely that only this store writes them.
    private static let ownRun = 16

    /// The newest that was seen of the history.
    private(set) var history: HistoryState
    /// Which events come.
    private(set) var scope = FeedScope.everything

    private let layout: StoreLayout
    private let unreadable: SetAsideList
    private let own: OwnCommits
    /// Changes whose commit has not come to its end.
    private var gathered: [StoredChange] = []
    /// The position of the last commit that was told.
    private var told = 0
    /// How many of this store's commits with live jobs came since another's.
    private var ownRun = 0

    init(
        layout: StoreLayout,
        history: HistoryState,
        own: OwnCommits,
        unreadable: SetAsideList
    ) {
        self.layout = layout
        self.history = history
        self.own = own
        self.unreadable = unreadable
    }

    /// Translates an event.
    ///
    /// - Parameters:
    ///   - event: The event.
    ///   - found: The documents of updates, as ``Lookup`` found them.
    ///   - events: Gets what is to be told.
    /// - Returns: From where the stream is to be read again instead of what follows the event.
    /// - Throws: `unavailable` if the event says that the history does not go on.
    mutating func append(
        _ event: FeedEvent,
        _ found: Lookup.Found,
        to events: inout [StoreEvent]
    ) throws(JobStoreError) -> Restart? {
        switch event.kind {
        case "insert", "update", "replace", "delete": break
        // Collections and indexes that a store makes when it opens.
        case "create", "createIndexes", "modify": return nil
        default: throw .unavailable("somebody dropped or renamed what holds the jobs")
        }
        switch event.collection {
        case layout.jobs.collection: gather(job: event, found)
        case layout.gone.collection: gather(gone: event)
        case layout.calls.collection: append(call: event, to: &events)
        case layout.own.collection: return try append(own: event, found, to: &events)
        default: break
        }
        return nil
    }

    // MARK: Commits

    /// A job may have changed again since the event, or be gone: then it is told once more, or the
    /// event that says so is still to come.
    private mutating func gather(job event: FeedEvent, _ found: Lookup.Found) {
        guard event.kind != "delete", let seq = event.changed("seq")?.countValue,
            let document = event.full ?? found.jobs[event.id]
        else { return }
        do {
            let job = try JobDocument.job(document)
            guard !job.archived else { return }
            gathered.append(StoredChange(seq: seq, content: .live(job)))
        } catch {
            unreadable.tell(error)
        }
    }

    private mutating func gather(gone event: FeedEvent) {
        guard event.kind != "delete", let seq = event.changed("seq")?.countValue,
            let id = JobID(event.id)
        else { return }
        gathered.append(StoredChange(seq: seq, content: .gone(id)))
    }

    private mutating func append(
        history event: FeedEvent,
        to events: inout [StoreEvent]
    ) throws(JobStoreError) -> Restart? {
        guard event.kind != "delete" else { throw .unavailable("somebody removed the history") }
        let epoch = history.epoch
        history.learn(event)
        guard history.epoch == epoch else { throw .unavailable("another history has begun") }
        guard let seq = event.changed("seq")?.countValue else { return nil }
        let heard = gathered.sorted { $0.seq < $1.seq }
        gathered = []
        // What was told before the stream was read again.
        guard seq > told else { return nil }
        let commit = CommitMark(event)
        let isOwn = commit?.id.store == own.store
        let kept = isOwn ? commit.flatMap { own.take($0.id.number) } : nil
        let isOthersLive = !isOwn && commit?.isLive != false
        if scope == .nothingLive, isOthersLive || isOwn && kept == nil {
            return restart(.everything, at: event)
        }
        events.append(.committed(kept ?? heard, upTo: seq))
        told = seq
        if isOthersLive { ownRun = 0 }
        if isOwn, commit?.isLive == true { ownRun += 1 }
        guard scope == .everything, ownRun >= Self.ownRun else { return nil }
        if kept != nil { return restart(.nothingLive, at: event) }
        own.begin()
        return nil
    }

    private mutating func restart(_ scope: FeedScope, at event: FeedEvent) -> Restart {
        self.scope = scope
        if scope == .everything {
            ownRun = 0
            own.end()
        }
        return Restart(scope: scope, time: event.time)
    }

    // MARK: Others

    private func append(call event: FeedEvent, to events: inout [StoreEvent]) {
        switch event.kind {
        case "insert":
            if let call = event.full.flatMap(CallDocument.call) { events.append(.called(call)) }
        case "update":
            if let answer = event.changed("answer")?.documentValue,
                let answer = CallDocument.answer(to: event.id, answer)
            {
                events.append(.answered(answer))
            }
        default: break
        }
    }

    private mutating func append(
        own event: FeedEvent,
        _ found: Lookup.Found,
        to events: inout [StoreEvent]
    ) throws(JobStoreError) -> Restart? {
        switch event.id {
        case StoreLayout.historyID: return try append(history: event, to: &events)
        case StoreLayout.leaseID:
            // A lease that is only renewed is no news.
            if event.kind != "update" || event.hasChanged(otherThan: "expires") {
                events.append(.leaseChanged)
            }
        default:
            if let name = SettingDocument.name(event.id) {
                events.append(.saved(name: name))
            } else if event.kind != "delete",
                let note = (event.full ?? found.notes[event.id]).flatMap(ServerNoteDocument.note)
            {
                events.append(.noted(note))
            }
        }
        return nil
    }
}
