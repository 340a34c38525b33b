import Mongo

/// What is where in the database.
struct StoreLayout: Hashable, Sendable {
    let database: String

    /// The jobs, as their documents have always been, with our fields beside them.
    var jobs: MongoNamespace { MongoNamespace(database, "jobs") }
    /// Where in the history archived and removed jobs left the live set.
    var gone: MongoNamespace { MongoNamespace(database, "gone") }
    /// One document each for the history, the lease, every setting and every server.
    var own: MongoNamespace { MongoNamespace(database, "jobsync") }
    /// A record for each thing that is kept.
    var data: MongoNamespace { MongoNamespace(database, "data") }
    /// What servers leave for the leader.
    var calls: MongoNamespace { MongoNamespace(database, "calls") }

    /// The `_id` of the document that counts changes, and whose change ends every commit.
    static let historyID = "history"
    /// The `_id` of the document that says who leads.
    static let leaseID = "lease"
    /// What the ids of settings begin with.
    static let settingPrefix = "setting."
    /// What the ids of servers begin with.
    static let serverPrefix = "server."
}
