import JobStorage
import Mongo

extension MongoClient {
    /// Renews a lease, takes a free one, or says who has it; blocks.
    ///
    /// - Returns: Nil if it is changing hands, and is to be claimed again: transactions see the
    ///   latest, reads only what a majority has.
    func claimLease(
        _ claim: LeaseClaim,
        _ layout: StoreLayout,
        until deadline: ContinuousClock.Instant
    ) throws(MongoError) -> Lease? {
        if let term = claim.term,
            let document = try findAndModify(
                layout.own,
                LeaseDocument.ownFilter(claim, term: term),
                .update(LeaseDocument.renewal(claim))
            )
        {
            return LeaseDocument.lease(document)
        }
        // Looked at first, because those who may not lead ask all the time.
        if try findOne(layout.own, LeaseDocument.freeFilter(claim)) != nil,
            let lease = try beginTerm(claim, layout, until: deadline)
        {
            return lease
        }
        return try findOne(layout.own, ["_id": "lease"]).flatMap(LeaseDocument.lease)
    }

    /// Begins a term if the lease is free; with it, commits of all earlier terms come to an end.
    private func beginTerm(
        _ claim: LeaseClaim,
        _ layout: StoreLayout,
        until deadline: ContinuousClock.Instant
    ) throws(MongoError) -> Lease? {
        try withSession { (session) throws(MongoError) in
            try session.startTransaction()
            let history = try history(layout, session: session)
            let document = try findAndModify(
                layout.own,
                LeaseDocument.freeFilter(claim),
                .update(LeaseDocument.beginning(claim, afterTerm: history.term)),
                session: session
            )
            guard let lease = document.flatMap(LeaseDocument.lease) else {
                try? session.abort()
                return nil
            }
            let update: BSONDocument = ["$set": ["term": .int64(Int64(lease.term))]]
            let write = MongoWrite.update(history.filter, update)
            guard try bulkWrite(layout.own, [write], session: session).matched == 1 else {
                try? session.abort()
                return nil
            }
            switch session.commit(until: deadline) {
            case .made: return lease
            // What is not known to have begun, a later term ends all the same.
            case .failed(let error), .unknown(let error): throw error
            }
        }
    }
}
