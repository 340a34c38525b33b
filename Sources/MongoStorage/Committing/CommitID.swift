import Mongo

/// Names one attempt to commit; the history keeps, for each store that writes, the last one that
/// was made.
struct CommitID: Hashable, Sendable {
    /// The store that made the attempt, as long as it is open.
    let store: String
    /// Counts its attempts.
    let number: Int
}

/// What the history says of the commit that an event tells of.
struct CommitMark: Hashable, Sendable {
    let id: CommitID
    /// Whether it leaves live jobs; otherwise it only archives and removes.
    let isLive: Bool

    /// Reads it from an update of the history; nil if that was no commit of a store.
    init?(_ event: FeedEvent) {
        let prefix = "commits."
        guard let (key, value) = event.updated.first(where: { $0.key.hasPrefix(prefix) }),
            let entry = value.documentValue, let number = entry["number"]?.countValue,
            let isLive = entry["live"]?.boolValue
        else { return nil }
        id = CommitID(store: String(key.dropFirst(prefix.count)), number: number)
        self.isLive = isLive
    }
}

extension MongoClient {
    /// Says whether a commit was made, and makes sure that it will not be if it was not.
    ///
    /// The history is changed in the same step: a transaction that is still on its way somewhere
    /// was begun before that, so that its own change of the history will conflict.
    func settle(_ id: CommitID, _ layout: StoreLayout) throws(MongoError) -> Bool {
        let marker = String(UInt64.random(in: .min ... .max), radix: 16)
        let history = try findAndModify(
            layout.own,
            ["_id": "history"],
            .update(["$set": ["settled": .string(marker)]])
        )
        let commit = history?["commits"]?.documentValue?[id.store]?.documentValue
        return commit?["number"]?.countValue == id.number
    }
}
