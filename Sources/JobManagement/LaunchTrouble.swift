import JobModel
import JobRunning

/// What experience says of starting jobs; time comes in through the door.
///
/// While it fails, one job at a time is tried, after pauses that double; the first that begins ends the trouble.
struct LaunchTrouble {
    /// Where the trouble stands.
    private enum Phase {
        /// Jobs can be started.
        case over
        /// The next job is tried when a pause has ended.
        case pausing
        /// A job may be started, or this one was and has not begun yet.
        case trying(JobID?)
    }

    /// What follows from a failure.
    enum Consequence: Equatable {
        /// Something is tried again after this time; `isNews` if the trouble begins with it.
        case pause(Duration, isNews: Bool)
        /// It is known already.
        case nothing
        /// It is this job's own fault.
        case jobsOwn
    }

    /// As often as this a job may be the first that cannot be started while others can.
    private static let suspicionLimit = 5

    private(set) var cause = ""
    private(set) var since: Timestamp?
    private var phase = Phase.over
    private var backoff = Backoff(from: .seconds(1), to: .seconds(60))
    private var suspicions: [JobID: Int] = [:]

    /// What the scheduler is to be told.
    var hindrance: (cause: String, permits: Int)? {
        switch phase {
        case .over: nil
        case .pausing, .trying(.some): (cause, 0)
        case .trying(nil): (cause, 1)
        }
    }

    /// Takes in that a job could not be started.
    mutating func failed(
        _ id: JobID,
        because problem: LaunchProblem,
        at date: Timestamp,
        now: ContinuousClock.Instant
    ) -> Consequence {
        switch phase {
        case .over:
            if problem.mayBeTheJobs {
                suspicions[id, default: 0] += 1
                if suspicions[id, default: 0] >= Self.suspicionLimit {
                    suspicions[id] = nil
                    return .jobsOwn
                }
            }
            since = date
            cause = problem.message
            phase = .pausing
            return .pause(backoff.failed(at: now), isNews: true)
        case .trying(id):
            cause = problem.message
            phase = .pausing
            return .pause(backoff.failed(at: now), isNews: false)
        case .pausing, .trying:
            return .nothing
        }
    }

    /// Takes in that a pause has ended.
    mutating func pauseEnded() {
        if case .pausing = phase { phase = .trying(nil) }
    }

    /// Takes in that a job is being started.
    mutating func started(_ id: JobID) {
        if case .trying(nil) = phase { phase = .trying(id) }
    }

    /// Takes in that a job has begun.
    ///
    /// - Returns: Whether that ends the trouble.
    mutating func began(_ id: JobID, now: ContinuousClock.Instant) -> Bool {
        suspicions[id] = nil
        guard case .trying(id) = phase else { return false }
        backoff.worked(at: now)
        phase = .over
        since = nil
        return true
    }

    /// Takes in that a job ended before it began, or is not to be started any more, which says nothing.
    ///
    /// - Returns: Whether another one is tried in its place.
    mutating func left(_ id: JobID) -> Bool {
        suspicions[id] = nil
        guard case .trying(id) = phase else { return false }
        phase = .trying(nil)
        return true
    }

    /// The job that is being tried.
    var probe: JobID? {
        if case .trying(let id) = phase { id } else { nil }
    }
}
