import Mongo

/// How much of what is committed a feed has told by the database.
enum FeedScope: Hashable, Sendable {
    /// All of it.
    case everything
    /// All but the documents of jobs: this store makes them itself, and others only archive and
    /// remove.
    case nothingLive

    /// The events that are wanted.
    func pipeline(_ layout: StoreLayout) -> [BSONDocument] {
        var collections = [layout.gone, layout.own, layout.calls]
        if self == .everything { collections.append(layout.jobs) }
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
}
