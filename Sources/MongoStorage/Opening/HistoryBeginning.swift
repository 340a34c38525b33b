import Mongo

/// Makes the documents that every store of the database counts on, where they are missing.
struct HistoryBeginning: Sendable {
    /// So many stores that have been open are remembered with their last commit.
    private static let rememberedStores = 32

    let layout: StoreLayout

    func run(_ client: borrowing MongoClient) throws(MongoError) {
        if let history = try client.findOne(layout.own, ["_id": "history"]) {
            try forgetOldStores(history, client)
        } else {
            try begin(client)
        }
        let lease: BSONDocument = ["$setOnInsert": .document(LeaseDocument.first)]
        try client.bulkWrite(
            layout.own,
            [.update(["_id": "lease"], lease, upsert: true)]
        )
    }

    /// Begins a history; behind the positions that are there already, if somebody lost the old one.
    private func begin(_ client: borrowing MongoClient) throws(MongoError) {
        var last = 0
        for namespace in [layout.jobs, layout.gone] {
            let newest = try client.findOne(
                namespace,
                ["seq": ["$exists": true]],
                options: ["sort": ["seq": -1], "projection": ["seq": 1]]
            )
            last = max(last, newest?["seq"]?.countValue ?? 0)
        }
        var gone = 0
        try client.find(layout.gone, options: ["projection": ["_id": 1]]) { _ in
            gone += 1
            return true
        }
        let fields = BSONDocument { fields in
            let epoch = String(UInt64.random(in: .min ... .max), radix: 16)
            fields.append(epoch, for: "epoch")
            fields.append(Int64(last), for: "seq")
            fields.append(Int64(last), for: "horizon")
            fields.append(Int64(gone), for: "gone")
            fields.append(Int64(0), for: "term")
            fields.append(BSONDocument(), for: "commits")
            fields.append(StoreOpening.format, for: "format")
        }
        do {
            try client.bulkWrite(
                layout.own,
                [.update(["_id": "history"], ["$setOnInsert": .document(fields)], upsert: true)]
            )
        } catch  where error.isDuplicateKey {
            // Another server was faster.
        }
    }

    /// Forgets which commit each store made last, but for those that committed most recently: a
    /// store that has been closed asks no more.
    private func forgetOldStores(
        _ history: BSONDocument,
        _ client: borrowing MongoClient
    ) throws(MongoError) {
        let commits = history["commits"]?.documentValue ?? [:]
        let stores = commits.map { key, value in
            (key: key, seq: value.documentValue?["seq"]?.countValue ?? 0)
        }
        let old = stores.sorted { $0.seq > $1.seq }.dropFirst(Self.rememberedStores)
        guard !old.isEmpty else { return }
        let update = BSONDocument { writer in
            writer.append(documentFor: "$unset") { fields in
                for store in old { fields.append("", for: "commits.\(store.key)") }
            }
        }
        try client.bulkWrite(layout.own, [.update(["_id": "history"], update)])
    }
}
