import JobModel
import JobStorage
import Mongo

/// Takes jobs that other programs or people wrote into the history.
struct JobNumbering: Sendable {
    /// So many make one transaction.
    private static let groupSize = 500

    let layout: StoreLayout
    let unreadable: SetAsideList

    /// Takes some of them; blocks.
    ///
    /// - Returns: How many; 0 if there are no more that make sense.
    func run(_ client: borrowing MongoClient) throws(MongoError) -> Int {
        let found = try unnumbered(client)
        guard !found.isEmpty else { return 0 }
        return try client.withSession { (session) throws(MongoError) in
            try session.startTransaction()
            let history = try client.history(layout, session: session)
            var next = history
            var writes: [MongoWrite] = []
            for (document, job) in found {
                next.seq += 1
                writes.append(
                    .update(
                        ["_id": .string(job.id.rawValue), "seq": ["$exists": false]],
                        JobDocument.numbering(job, seq: next.seq, of: document)
                    )
                )
            }
            let result = try client.bulkWrite(layout.jobs, writes, session: session)
            let update: BSONDocument = ["$set": ["seq": .int64(Int64(next.seq))]]
            let counted = try client.bulkWrite(
                layout.own,
                [.update(history.filter, update)],
                session: session
            )
            guard result.matched == writes.count, counted.matched == 1 else {
                // Another server is at it as well; what is left will be seen in the next round.
                try? session.abort()
                return found.count
            }
            switch session.commit(until: .now + .seconds(10)) {
            case .made: return found.count
            // Looking anew is safe either way.
            case .failed(let error), .unknown(let error): throw error
            }
        }
    }

    /// Documents without a position that are jobs; about the others the log is told.
    private func unnumbered(
        _ client: borrowing MongoClient
    ) throws(MongoError) -> [(BSONDocument, Job)] {
        // Both are answered by the index over `archived` and `seq`, without looking at all jobs.
        let usual: BSONDocument = ["archived": ["$in": [true, false, nil]], "seq": nil]
        let odd: BSONDocument = ["archived": ["$nin": [true, false, nil]], "seq": nil]
        var found: [(BSONDocument, Job)] = []
        for filter in [usual, odd] {
            try client.find(layout.jobs, filter) { document in
                do throws(UnreadableJob) {
                    let job = try JobDocument.job(document)
                    if document["seq"] == nil { found.append((document, job)) }
                } catch {
                    unreadable.tell(error)
                }
                return found.count < Self.groupSize
            }
        }
        return found
    }
}
