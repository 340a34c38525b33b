/// Where a job stands in its life.
///
/// ```
/// new ──▶ waiting ◀─▶ running ──▶ complete
///            │           ├──────▶ error
///            │           └─▶ cancelling ──▶ cancelled   (or complete, or error)
///            └──────────────────────────▶ cancelled
/// ```
///
/// A running job waits again if it could not be started, or if its attempt failed and another one is allowed.
public enum JobState: String, Hashable, Sendable, CaseIterable {
    /// Accepted, and not started yet.
    case waiting
    /// Its process works, or is being started.
    case running
    /// Told to stop, and something of it may still live.
    case cancelling
    /// Ended with success.
    case complete
    /// Ended with a failure.
    case error
    /// Ended because somebody wanted it so.
    case cancelled

    /// Whether the state is the last one of a job.
    public var isFinal: Bool {
        switch self {
        case .waiting, .running, .cancelling: false
        case .complete, .error, .cancelled: true
        }
    }

    /// Whether a job in this state holds cores and memory.
    public var holdsResources: Bool { self == .running || self == .cancelling }
}
