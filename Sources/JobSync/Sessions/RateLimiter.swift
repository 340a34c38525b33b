/// Lets so many calls through a second, and twice as many at once after a pause.
struct RateLimiter {
    private let perSecond: Double
    private var tokens: Double
    private var updated: ContinuousClock.Instant

    /// Begins with a full allowance; 0 calls a second lets everything through.
    init(perSecond: Int, now: ContinuousClock.Instant) {
        self.perSecond = Double(perSecond)
        tokens = Double(perSecond) * 2
        updated = now
    }

    /// Takes a call; returns how long to wait if there have been too many.
    mutating func take(now: ContinuousClock.Instant) -> Duration? {
        guard perSecond > 0 else { return nil }
        let elapsed = (now - updated) / .seconds(1)
        tokens = min(perSecond * 2, tokens + elapsed * perSecond)
        updated = now
        guard tokens < 1 else {
            tokens -= 1
            return nil
        }
        return .seconds((1 - tokens) / perSecond)
    }
}
