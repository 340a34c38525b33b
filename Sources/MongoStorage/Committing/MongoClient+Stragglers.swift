import Mongo

extension MongoClient {
    /// Ends transactions that somebody left open, so that they stand in nobody's way any more; blocks.
    ///
    /// A server that dies between its last write and the commit leaves them behind, and the database
    /// would wait for it for a minute. Who is only slow is told that its transaction has ended, and
    /// begins it anew.
    ///
    /// - Parameter age: Only such as have been open for longer.
    /// - Throws: Why the server did not do it.
    func endStragglers(olderThan age: Duration) throws(MongoError) {
        let (seconds, attoseconds) = age.components
        let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        let reply = try command(
            [
                "aggregate": 1,
                "pipeline": [
                    ["$currentOp": ["allUsers": false, "idleSessions": true]],
                    [
                        "$match": [
                            "type": "idleSession",
                            "transaction.timeOpenMicros": ["$gte": .int64(microseconds)],
                            "transaction.parameters.autocommit": false,
                        ]
                    ],
                ],
                "cursor": [:],
            ],
            database: "admin"
        )
        let operations = reply["cursor"]?.documentValue?["firstBatch"]?.arrayValue ?? []
        let sessions = operations.compactMap { operation in
            operation.documentValue?["lsid"]?.documentValue?["id"]
        }
        guard !sessions.isEmpty else { return }
        try command(
            ["killSessions": .array(sessions.map { ["id": $0] })],
            database: "admin"
        )
    }
}
