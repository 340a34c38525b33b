import Mongo

/// From where a feed begins.
enum FeedStart {
    /// Behind what a majority has: all that is not seen by reads of this moment will be told.
    ///
    /// "Now" would not do, for it begins behind what the primary alone has: a commit that is on its
    /// way to the majority would be in neither the snapshot nor the feed.
    static func now(_ client: borrowing MongoClient) throws(MongoError) -> MongoWatchOptions.Start {
        let hello = try client.command(["hello": 1], database: "admin")
        let optime = hello["lastWrite"]?.documentValue?["majorityOpTime"]?.documentValue
        guard case .timestamp(let seconds, let increment) = optime?["ts"] else { return .now }
        return .at(.timestamp(seconds: seconds, increment: increment + 1))
    }
}
