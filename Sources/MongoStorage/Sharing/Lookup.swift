import Mongo

/// Reads what events leave out: an update tells only the fields that it has set.
///
/// One read for all events that came together costs less than to have the server look up each one.
struct Lookup: Sendable {
    /// Documents by their names, all as new as the events or newer.
    struct Found: Sendable {
        var jobs: [String: BSONDocument] = [:]
        var notes: [String: BSONDocument] = [:]
    }

    let layout: StoreLayout
    let pool: MongoPool

    /// Reads the documents of the updates among events.
    func callAsFunction(_ events: [FeedEvent]) async throws(MongoError) -> Found {
        let updates = events.filter { $0.kind == "update" }
        // An archived job is told by its entry among those that are gone.
        let jobs = updates.filter { event in
            event.collection == layout.jobs.collection && event.updated["seq"] != nil
                && event.updated["archived"]?.boolValue != true
        }
        let notes = updates.filter { event in
            event.collection == layout.own.collection
                && event.id.hasPrefix(StoreLayout.serverPrefix)
        }
        guard let time = events.last?.time, !jobs.isEmpty || !notes.isEmpty else { return Found() }
        let jobIDs = Set(jobs.map(\.id))
        let noteIDs = Set(notes.map(\.id))
        return try await pool.run { [layout] (client) throws(MongoError) in
            try client.withSession(after: time) { (session) throws(MongoError) in
                Found(
                    jobs: try client.documents(jobIDs, of: layout.jobs, session),
                    notes: try client.documents(noteIDs, of: layout.own, session)
                )
            }
        }
    }
}

extension MongoClient {
    fileprivate func documents(
        _ ids: Set<String>,
        of namespace: MongoNamespace,
        _ session: MongoSession
    ) throws(MongoError) -> [String: BSONDocument] {
        guard !ids.isEmpty else { return [:] }
        var found: [String: BSONDocument] = [:]
        let filter: BSONDocument = ["_id": ["$in": .array(ids.map { .string($0) })]]
        try find(namespace, filter, session: session) { document in
            if let id = document["_id"]?.stringValue { found[id] = document }
            return true
        }
        return found
    }
}
