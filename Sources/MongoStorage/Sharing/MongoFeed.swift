import JobModel
import JobStorage
import Mongo

/// What all stores of a database commit, from one change stream.
///
/// The stream tells the changes of a transaction one after another, the history last; they are
/// gathered until then.
actor MongoFeed: StoreFeed {
    private let stream: MongoChangeStream
    private let noteHistory: @Sendable (HistoryState) -> Void
    private var translation: FeedTranslation

    private init(
        stream: MongoChangeStream,
        translation: FeedTranslation,
        noteHistory: @escaping @Sendable (HistoryState) -> Void
    ) {
        self.stream = stream
        self.translation = translation
        self.noteHistory = noteHistory
    }

    /// Opens a feed of what no read of this moment could show.
    static func open(
        pool: MongoPool,
        layout: StoreLayout,
        unreadable: UnreadableJobLog,
        noteHistory: @escaping @Sendable (HistoryState) -> Void
    ) async throws(MongoError) -> MongoFeed {
        let (start, history) = try await pool.run { (client) throws(MongoError) in
            let start = try FeedStart.now(client)
            return (start, try client.history(layout))
        }
        let stream = try await pool.watch(
            FeedTranslation.pipeline(layout),
            database: layout.database,
            options: MongoWatchOptions(start: start, fullDocument: .updateLookup)
        )
        return MongoFeed(
            stream: stream,
            translation: FeedTranslation(
                layout: layout,
                epoch: history.epoch,
                unreadable: unreadable
            ),
            noteHistory: noteHistory
        )
    }

    /// Waits for what comes next.
    func next() async throws(JobStoreError) -> [StoreEvent] {
        let changes: [BSONDocument]
        do {
            changes = try await stream.next()
        } catch {
            guard error.isRetryable, !error.isHistoryLost else {
                throw .unavailable("what was committed can no longer be followed: \(error)")
            }
            // Nothing is lost yet: the stream goes on from where it was when it can be had again.
            try? await Task.sleep(for: .milliseconds(200))
            return []
        }
        var events: [StoreEvent] = []
        for change in changes { try translation.append(change, to: &events) }
        if let history = translation.history { noteHistory(history) }
        return events
    }

    /// Lets go of the connection.
    func close() async {
        await stream.close()
    }
}
