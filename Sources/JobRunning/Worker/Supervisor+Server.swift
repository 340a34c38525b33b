import Glibc
import JobTasks

/// What becomes of a job that its server cannot reach any more.
extension Supervisor {
    /// How long before its end a lease is as good as gone: what the job needs to end in order.
    var leaseWindow: Duration { min(grace, (lease?.duration ?? .zero) / 4) }

    /// The moment at which the job is ended whatever it does, a little before others may start it.
    func lastMoment(ofLeaseUntil end: ContinuousClock.Instant) -> ContinuousClock.Instant {
        end - leaseWindow / 16
    }

    /// Has the run folder looked after, and the lease, if there is one.
    func watch(_ folder: HeldFolder) {
        RunWatch(
            folder,
            lease,
            renewed: { [self] in extendLease(until: $0) },
            removed: { [self] in stop(.unreachable) }
        ).start()
    }

    /// Ends this process and all that stem from it: others may start the job from now on, or nobody is left who
    /// would end it.
    ///
    /// Nothing is written down any more, for what has not ended by now may hang in doing just that.
    func endAbandoned() -> Never {
        ProcessTree.endDescendants(patience: .zero)
        _exit(EX_TEMPFAIL)
    }
}
