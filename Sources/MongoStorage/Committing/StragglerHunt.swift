import Mongo

/// Watches whether the same thing is hindered for too long, and then looks for transactions that
/// somebody has left open.
struct StragglerHunt {
    /// Our transactions take milliseconds; what is open for longer has most likely been left.
    private static let age: Duration = .seconds(2)

    private var begin: ContinuousClock.Instant?

    /// Takes note of a failure, and hunts if it is time.
    mutating func hindered(by error: MongoError, in pool: MongoPool) async {
        // A write beside a transaction waits for it, until the connection's patience is at its end.
        guard error.isWriteConflict || error.domain == .stream else { return }
        let now = ContinuousClock.now
        guard let begin else {
            self.begin = now
            return
        }
        guard now - begin > Self.age else { return }
        self.begin = now
        try? await pool.run { (client) throws(MongoError) in
            try client.endStragglers(olderThan: Self.age)
        }
    }
}
