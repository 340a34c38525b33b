/// From where a change stream begins, and how it is read.
public struct MongoWatchOptions: Hashable, Sendable {
    /// Where a change stream begins.
    public enum Start: Hashable, Sendable {
        /// With what is committed from now on.
        case now
        /// After the event, or the batch, of a token.
        case after(BSONDocument)
        /// At a time of the server's clock: a timestamp, as the `operationTime` of its replies.
        case at(BSONValue)
    }

    /// Where it begins.
    public var start: Start
    /// For how long the server waits when nothing happens; at most half of what the URI lets a
    /// connection be silent.
    public var maxAwait: Duration
    /// How many events a batch holds at most; nil for as many as fit into 16 MB.
    public var batchSize: Int?

    /// Chooses options.
    ///
    /// - Parameters:
    ///   - start: Where it begins.
    ///   - maxAwait: For how long the server waits when nothing happens.
    ///   - batchSize: How many events a batch holds at most.
    public init(
        start: Start = .now,
        maxAwait: Duration = .seconds(1),
        batchSize: Int? = nil
    ) {
        self.start = start
        self.maxAwait = maxAwait
        self.batchSize = batchSize
    }
}
