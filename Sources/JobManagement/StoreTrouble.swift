import JobModel

/// What experience says of the store; time comes in through the door.
struct StoreTrouble {
    /// For how long callers wait for a store that takes no changes, before they are told that it does not.
    static let patience = Duration.seconds(5)

    private(set) var cause = ""
    /// When it was noticed; nil while all is well.
    private(set) var since: Timestamp?
    /// Whether changes wait in memory that the store has certainly not made; then no more are taken.
    private(set) var keepsChanges = false
    private var beginning: ContinuousClock.Instant?
    private var backoff = Backoff(from: .milliseconds(50), to: .seconds(5))
    private var log = Throttle()
    private var isSaid = false

    /// What follows from a failure.
    struct Consequence {
        /// The time until it is tried again.
        let pause: Duration
        /// Whether the log is to say it.
        let isWorthALine: Bool
        /// Whether the trouble begins with it.
        let isNews: Bool
        /// Whether callers have waited long enough.
        let isPatienceOver: Bool
    }

    /// Takes in that the store has failed.
    ///
    /// - Parameters:
    ///   - cause: What it says.
    ///   - keepsChanges: Whether the changes are kept; else everything is read anew.
    ///   - date: When.
    ///   - now: The same on the clock that nobody sets.
    /// - Returns: What follows.
    mutating func failed(
        _ cause: String,
        keepsChanges: Bool,
        at date: Timestamp,
        now: ContinuousClock.Instant
    ) -> Consequence {
        let isNews = since == nil
        self.cause = cause
        self.keepsChanges = keepsChanges
        since = since ?? date
        let beginning = self.beginning ?? now
        self.beginning = beginning
        let isWorthALine = log.allows(at: now)
        isSaid = isSaid || isWorthALine
        return Consequence(
            pause: backoff.failed(at: now),
            isWorthALine: isWorthALine,
            isNews: isNews,
            isPatienceOver: now - beginning >= Self.patience
        )
    }

    /// Takes in that the store has made changes.
    ///
    /// - Returns: Whether there was a trouble, and whether the log is to say that it is over.
    mutating func worked(at now: ContinuousClock.Instant) -> (wasTrouble: Bool, isWorthALine: Bool)
    {
        guard since != nil else { return (false, false) }
        backoff.worked(at: now)
        return end()
    }

    /// Takes in that everything was read anew and nothing is to be changed; whether it would be made, nobody knows.
    mutating func end() -> (wasTrouble: Bool, isWorthALine: Bool) {
        defer {
            since = nil
            beginning = nil
            keepsChanges = false
            isSaid = false
        }
        return (since != nil, isSaid)
    }

    /// Takes in that the changes that waited are dropped.
    mutating func forgetChanges() { keepsChanges = false }
}
