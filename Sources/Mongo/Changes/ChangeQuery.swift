/// What a change stream asks of the server.
struct ChangeQuery: Sendable {
    private(set) var pipeline: [BSONDocument]
    let database: String
    private(set) var options: MongoWatchOptions

    /// Asks for other events, from a time on.
    mutating func restart(_ pipeline: [BSONDocument], at time: BSONValue) {
        self.pipeline = pipeline
        options.start = .at(time)
    }

    /// The command that opens the stream after a token, or at its first start.
    func opening(after token: BSONDocument?) -> BSONDocument {
        let stage = BSONDocument { writer in
            switch token.map(MongoWatchOptions.Start.after) ?? options.start {
            case .now: break
            case .after(let token): writer.append(token, for: "resumeAfter")
            case .at(let time): writer.append(time, for: "startAtOperationTime")
            }
        }
        let stages: [BSONDocument] = [["$changeStream": .document(stage)]] + pipeline
        return [
            "aggregate": 1,
            "pipeline": .array(stages.map { .document($0) }),
            "cursor": .document(batchSize),
        ]
    }

    /// The command that waits for more.
    func more(of cursor: Int64, waiting: Duration) -> BSONDocument {
        let command: BSONDocument = [
            "getMore": .int64(cursor),
            "collection": "$cmd.aggregate",
            "maxTimeMS": .int32(waiting.milliseconds),
        ]
        return command.merging(batchSize)
    }

    /// The command that ends it.
    func kill(_ cursor: Int64) -> BSONDocument {
        ["killCursors": "$cmd.aggregate", "cursors": [.int64(cursor)]]
    }

    private var batchSize: BSONDocument {
        options.batchSize.map { ["batchSize": .integer($0)] } ?? [:]
    }
}
