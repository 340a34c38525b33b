/// How long to wait before the next attempt to connect.
struct Backoff {
    private var attempts = 0

    /// The time to wait now: from half a second doubling up to eight, or what the server asked for.
    ///
    /// A random part keeps clients that lost one server from coming back all at once.
    ///
    /// - Parameters:
    ///   - asked: What the server asked for.
    ///   - generator: Where chance comes from.
    /// - Returns: The time.
    mutating func next(
        asked: Duration? = nil,
        using generator: inout some RandomNumberGenerator
    ) -> Duration {
        let usual = Duration.milliseconds(500 << min(attempts, 4))
        attempts += 1
        let share = Double.random(in: 0.8...1.2, using: &generator)
        return (asked ?? usual) * share
    }

    /// To be told when a connection stands.
    mutating func reset() {
        attempts = 0
    }
}
