package import JobModel

/// Holds back progress that comes too fast: four facts a second, the last one never lost.
package struct ProgressTeller {
    /// What becomes of a fraction.
    package enum Decision: Hashable {
        /// Tell it now.
        case tell
        /// Tell what is newest then.
        case tellLater(Duration)
        /// It waits for a telling that is planned already, or says nothing new.
        case wait
    }

    /// A fraction of a stage, with its date.
    package struct Told: Hashable {
        package let stage: Int
        package let count: Int
        package let fraction: Double
        package let date: Timestamp

        package init(stage: Int, count: Int, fraction: Double, date: Timestamp) {
            self.stage = stage
            self.count = count
            self.fraction = fraction
            self.date = date
        }

        fileprivate var share: Double {
            Progress.atStage(stage, of: count, fraction: fraction)
        }
    }

    static let interval = Duration.milliseconds(250)

    private(set) var pending: Told?
    private var last: Told?
    private var nextTelling: ContinuousClock.Instant?

    package init() {}

    /// Takes in a fraction.
    package mutating func take(_ told: Told, now: ContinuousClock.Instant) -> Decision {
        guard told.share != (pending ?? last)?.share else { return .wait }
        guard pending == nil else {
            pending = told
            return .wait
        }
        pending = told
        guard let nextTelling, now < nextTelling else { return .tell }
        return .tellLater(nextTelling - now)
    }

    /// Takes out what waits, to be told now.
    package mutating func telling(now: ContinuousClock.Instant) -> Told? {
        guard let told = pending else { return nil }
        pending = nil
        last = told
        nextTelling = now + Self.interval
        return told
    }

    /// Forgets what waits: a new stage says more than the rest of an old one.
    package mutating func beginStage() {
        pending = nil
        last = nil
    }
}
