import Mongo

/// The indexes of each collection.
enum StoreIndexes {
    static func all(_ layout: StoreLayout) -> [(MongoNamespace, [BSONDocument])] {
        [
            (layout.jobs, jobs),
            (layout.gone, [["key": ["seq": 1], "name": "seq"]]),
            (layout.own, []),
            (layout.calls, [calls]),
            (layout.data, data),
        ]
    }

    private static let jobs: [BSONDocument] = [
        // Whoever asks for positions knows whether archived jobs are meant.
        ["key": ["archived": 1, "seq": 1], "name": "live"],
        ["key": ["order.added": 1, "_id": 1], "name": "added"],
        ["key": ["order.updated": 1, "_id": 1], "name": "updated"],
        ["key": ["state": 1, "order.added": 1, "_id": 1], "name": "state"],
        ["key": ["task": 1, "order.added": 1, "_id": 1], "name": "task"],
        ["key": ["username": 1, "order.added": 1, "_id": 1], "name": "username"],
    ]

    private static let data: [BSONDocument] = [
        ["key": ["kind": 1, "id": 1], "name": "kind"],
        ["key": ["uses": 1], "name": "uses"],
    ]

    private static let calls: BSONDocument = [
        "key": ["at": 1], "name": "at",
        "expireAfterSeconds": .int64(Int64(CallDocument.lifetime)),
    ]
}
