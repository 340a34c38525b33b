/// Lets so many calls through a second, and some seconds' worth at once after a pause; costly ones count as several.
struct RateLimiter {
    private let perSecond: Double
    private let most: Double
    private var tokens: Double
    private var updated: ContinuousClock.Instant

    /// Begins with a full allowance.
    ///
    /// - Parameters:
    ///   - perSecond: How many calls a second; 0 lets everything through.
    ///   - seconds: How many seconds' worth may come at once.
    ///   - now: The time.
    init(perSecond: Int, seconds: Int = 2, now: ContinuousClock.Instant) {
        self.perSecond = Double(perSecond)
        most = self.perSecond * Double(seconds)
        tokens = most
        updated = now
    }

    /// Takes a call; returns how long to wait if there have been too many.
    ///
    /// - Parameters:
    ///   - weight: As how many calls it counts; what is more than may come at once counts as that.
    ///   - now: The time.
    /// - Returns: How long to wait, or nil if it was let through.
    mutating func take(_ weight: Int = 1, now: ContinuousClock.Instant) -> Duration? {
        guard perSecond > 0 else { return nil }
        let weight = min(Double(weight), most)
        let elapsed = (now - updated) / .seconds(1)
        tokens = min(most, tokens + elapsed * perSecond)
        updated = now
        guard tokens < weight else {
            tokens -= weight
            return nil
        }
        return .seconds((weight - tokens) / perSecond)
    }
}
