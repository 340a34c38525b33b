import JobModel
import JobStorage
import Mongo

/// What all stores of a database commit, from one change stream.
///
/// The stream tells the changes of a transaction one after another, the history last; they are
/// gathered until then. While this store alone makes live jobs, it is told by itself what they are.
actor MongoFeed: StoreFeed {
    private let stream: MongoChangeStream
    private let layout: StoreLayout
    private let lookup: Lookup
    private let committer: Committer
    private let own: OwnCommits
    private var translation: FeedTranslation
    /// Events that have come and are not translated.
    private var unread: [FeedEvent] = []

    /// The stream's thread: what comes is translated where it comes in.
    nonisolated var unownedExecutor: UnownedSerialExecutor { stream.unownedExecutor }

    private init(
        stream: MongoChangeStream,
        layout: StoreLayout,
        lookup: Lookup,
        committer: Committer,
        own: OwnCommits,
        translation: FeedTranslation
    ) {
        self.stream = stream
        self.layout = layout
        self.lookup = lookup
        self.committer = committer
        self.own = own
        self.translation = translation
    }

    /// Opens a feed of what no read of this moment could show.
    static func open(
        pool: MongoPool,
        layout: StoreLayout,
        committer: Committer,
        unreadable: SetAsideList
    ) async throws(MongoError) -> MongoFeed {
        let (start, history) = try await pool.run { (client) throws(MongoError) in
            let start = try FeedStart.now(client)
            return (start, try client.history(layout))
        }
        let stream = try await pool.watch(
            FeedScope.everything.pipeline(layout),
            database: layout.database,
            options: MongoWatchOptions(start: start)
        )
        let own = committer.addReader()
        return MongoFeed(
            stream: stream,
            layout: layout,
            lookup: Lookup(layout: layout, pool: pool),
            committer: committer,
            own: own,
            translation: FeedTranslation(
                layout: layout,
                history: history,
                own: own,
                unreadable: unreadable
            )
        )
    }

    /// Waits for what comes next.
    func next() async throws(JobStoreError) -> [StoreEvent] {
        let found: Lookup.Found
        do {
            if unread.isEmpty { unread = try await stream.next().map(FeedEvent.init) }
            found = try await lookup(unread)
        } catch {
            guard error.isRetryable, !error.isHistoryLost else {
                throw .unavailable("what was committed can no longer be followed: \(error)")
            }
            // Nothing is lost yet: it goes on from where it was when the server can be had again.
            try? await Task.sleep(for: .milliseconds(200))
            return []
        }
        let events = try await translate(found)
        committer.noteHistory(translation.history)
        return events
    }

    private func translate(_ found: Lookup.Found) async throws(JobStoreError) -> [StoreEvent] {
        var events: [StoreEvent] = []
        let unread = unread
        self.unread = []
        for event in unread {
            guard let restart = try translation.append(event, found, to: &events) else { continue }
            await stream.restart(restart.scope.pipeline(layout), at: restart.time)
            break
        }
        return events
    }

    /// Lets go of the connection.
    func close() async {
        committer.removeReader(own)
        await stream.close()
    }
}
