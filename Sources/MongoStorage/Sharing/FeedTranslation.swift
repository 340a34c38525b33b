import JobModel
import JobStorage
import Mongo

/// Makes events of a change stream into what servers are told.
struct FeedTranslation {
    /// The newest that was seen of the history.
    private(set) var history: HistoryState?

    private let layout: StoreLayout
    private let epoch: String
    private let unreadable: UnreadableJobLog
    /// Changes whose commit has not come to its end.
    private var gathered: [StoredChange] = []

    init(layout: StoreLayout, epoch: String, unreadable: UnreadableJobLog) {
        self.layout = layout
        self.epoch = epoch
        self.unreadable = unreadable
    }

    /// The events that are wanted.
    static func pipeline(_ layout: StoreLayout) -> [BSONDocument] {
        let collections = [layout.jobs, layout.gone, layout.own, layout.calls]
        let names = BSONValue.array(collections.map { .string($0.collection) })
        return [
            [
                "$match": [
                    "$or": [
                        ["ns.coll": ["$in": names]],
                        ["operationType": ["$in": ["dropDatabase", "invalidate"]]],
                    ]
                ]
            ]
        ]
    }

    /// Translates an event.
    ///
    /// - Throws: `unavailable` if the event says that the history does not go on.
    mutating func append(
        _ document: BSONDocument,
        to events: inout [StoreEvent]
    ) throws(JobStoreError) {
        let event = FeedEvent(document)
        switch event.kind {
        case "insert", "update", "replace", "delete": break
        // Collections and indexes that a store makes when it opens.
        case "create", "createIndexes", "modify": return
        default: throw .unavailable("somebody dropped or renamed what holds the jobs")
        }
        switch event.collection {
        case layout.jobs.collection: gather(job: event)
        case layout.gone.collection: gather(gone: event)
        case layout.calls.collection: append(call: event, to: &events)
        case layout.own.collection: try append(own: event, to: &events)
        default: break
        }
    }

    // MARK: Commits

    /// A job may have changed again since the event, or be gone: then it is told once more, or the
    /// event that says so is still to come.
    private mutating func gather(job event: FeedEvent) {
        guard event.kind != "delete", let seq = event.changed("seq")?.integerValue,
            let document = event.full
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
        guard event.kind != "delete", let seq = event.changed("seq")?.integerValue,
            let id = JobID(event.id)
        else { return }
        gathered.append(StoredChange(seq: seq, content: .gone(id)))
    }

    private mutating func append(
        history event: FeedEvent,
        to events: inout [StoreEvent]
    ) throws(JobStoreError) {
        guard event.kind != "delete" else { throw .unavailable("somebody removed the history") }
        if let full = event.full.flatMap(HistoryState.init) {
            guard full.epoch == epoch else { throw .unavailable("another history has begun") }
            history = full
        }
        guard let seq = event.changed("seq")?.integerValue else { return }
        events.append(.committed(gathered.sorted { $0.seq < $1.seq }, upTo: seq))
        gathered = []
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
        to events: inout [StoreEvent]
    ) throws(JobStoreError) {
        switch event.id {
        case StoreLayout.historyID: try append(history: event, to: &events)
        case StoreLayout.leaseID:
            // A lease that is only renewed is no news.
            if event.kind != "update" || event.hasChanged(otherThan: "expires") {
                events.append(.leaseChanged)
            }
        default:
            if let name = SettingDocument.name(event.id) {
                events.append(.saved(name: name))
            } else if event.kind != "delete",
                let note = event.full.flatMap(ServerNoteDocument.note)
            {
                events.append(.noted(note))
            }
        }
    }
}
