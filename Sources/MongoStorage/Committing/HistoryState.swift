import JobStorage
import Mongo

/// What the document `history` says.
struct HistoryState: Hashable, Sendable {
    var epoch: String
    /// The position of the last change.
    var seq: Int
    /// Down to where removals are remembered.
    var horizon: Int
    /// How many documents `gone` holds.
    var gone: Int
    /// The term of the leader whose commits count.
    var term: Int

    var position: StorePosition { StorePosition(epoch: epoch, seq: seq, horizon: horizon) }

    init(epoch: String, seq: Int, horizon: Int, gone: Int, term: Int) {
        self.epoch = epoch
        self.seq = seq
        self.horizon = horizon
        self.gone = gone
        self.term = term
    }

    init?(_ document: BSONDocument) {
        guard let epoch = document["epoch"]?.stringValue, let seq = document["seq"]?.countValue
        else { return nil }
        self.init(
            epoch: epoch,
            seq: seq,
            horizon: document["horizon"]?.countValue ?? 0,
            gone: document["gone"]?.countValue ?? 0,
            term: document["term"]?.countValue ?? 0
        )
    }

    /// Takes in what an event tells of the document.
    mutating func learn(_ event: FeedEvent) {
        epoch = event.changed("epoch")?.stringValue ?? epoch
        seq = event.changed("seq")?.countValue ?? seq
        horizon = event.changed("horizon")?.countValue ?? horizon
        gone = event.changed("gone")?.countValue ?? gone
        term = event.changed("term")?.countValue ?? term
    }

    /// Chooses the document as long as nobody has changed what is known of it.
    var filter: BSONDocument {
        BSONDocument { writer in
            writer.append(StoreLayout.historyID, for: "_id")
            writer.append(Int64(seq), for: "seq")
            writer.append(Int64(term), for: "term")
            writer.append(epoch, for: "epoch")
        }
    }

    /// Writes down where the history stands after a commit.
    ///
    /// - Parameters:
    ///   - commit: Which one it is.
    ///   - isLive: Whether it leaves live jobs; otherwise it only archives and removes.
    /// - Returns: The update.
    func update(by commit: CommitID, isLive: Bool) -> BSONDocument {
        BSONDocument { writer in
            writer.append(documentFor: "$set") { fields in
                fields.append(Int64(seq), for: "seq")
                fields.append(Int64(horizon), for: "horizon")
                fields.append(Int64(gone), for: "gone")
                fields.append(documentFor: "commits.\(commit.store)") { entry in
                    entry.append(Int64(commit.number), for: "number")
                    entry.append(Int64(seq), for: "seq")
                    entry.append(isLive, for: "live")
                }
            }
        }
    }
}

extension MongoClient {
    /// Reads where the history stands.
    func history(
        _ layout: StoreLayout,
        session: MongoSession? = nil
    ) throws(MongoError) -> HistoryState {
        let document = try findOne(layout.own, ["_id": "history"], session: session)
        guard let history = document.flatMap(HistoryState.init) else {
            throw MongoError(
                domain: .other(0),
                code: 0,
                message: "\(layout.own) has no history: somebody has removed or changed it"
            )
        }
        return history
    }
}
