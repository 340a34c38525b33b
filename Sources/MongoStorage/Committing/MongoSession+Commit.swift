import Glibc
import Mongo

extension MongoSession {
    /// How a commit ended.
    enum CommitEnd {
        case made
        /// It was not made.
        case failed(MongoError)
        /// It may have been made.
        case unknown(MongoError)
    }

    /// Commits, and asks again for as long as the server does not say whether it did.
    ///
    /// Once it was unknown, only a success ends the doubt: a server that never heard of the
    /// transaction may have followed one that had committed it.
    func commit(until deadline: ContinuousClock.Instant) -> CommitEnd {
        var wasUnknown = false
        while true {
            do {
                try commit()
                return .made
            } catch {
                guard error.isCommitUnknown || error.isOutcomeUnknown else {
                    return wasUnknown ? .unknown(error) : .failed(error)
                }
                wasUnknown = true
                guard ContinuousClock.now < deadline else { return .unknown(error) }
                // Where nobody is there, the driver waits; this is for servers that say no at once.
                usleep(20_000)
            }
        }
    }
}
