public import JobModel

/// Something that the server lacks, so that jobs wait or calls are refused until it is there again.
public struct ServerTrouble: Hashable, Sendable {
    /// What does not work.
    public enum Kind: String, Hashable, Sendable {
        /// Jobs cannot be started.
        case starting
        /// The store takes no changes, or does not answer.
        case store
        /// Jobs wait, because what they make cannot be kept.
        case keeping
    }

    /// What does not work.
    public let kind: Kind
    /// What is lacking, in a sentence for people.
    public let cause: String
    /// When it was noticed.
    public let since: Timestamp
}

/// Pauses between tries that double, and go on doubling if what was well again fails soon after.
struct Backoff {
    private let first: Duration
    private let longest: Duration
    private var pause: Duration?
    private var success: ContinuousClock.Instant?

    /// Begins with the shortest pause.
    init(from first: Duration, to longest: Duration) {
        self.first = first
        self.longest = longest
    }

    /// The pause after a failure.
    mutating func failed(at now: ContinuousClock.Instant) -> Duration {
        if let success, let pause, now - success > pause * 2 { self.pause = nil }
        success = nil
        let next = pause.map { min($0 * 2, longest) } ?? first
        pause = next
        return next
    }

    /// Takes in that it works.
    mutating func worked(at now: ContinuousClock.Instant) { success = success ?? now }
}

/// Sees to it that a trouble that comes and goes, or stays, fills no log.
struct Throttle {
    /// Between two lines about the same.
    private let interval: Duration
    private var last: ContinuousClock.Instant?

    init(interval: Duration = .seconds(60)) { self.interval = interval }

    /// Whether a line may be written now, which then counts as written.
    mutating func allows(at now: ContinuousClock.Instant) -> Bool {
        if let last, now - last < interval { return false }
        last = now
        return true
    }
}
