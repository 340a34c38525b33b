import Glibc

extension Supervisor {
    /// How long before its end a lease is as good as gone: what the job needs to end in order.
    var leaseWindow: Duration { min(grace, (lease?.duration ?? .zero) / 4) }

    /// The moment at which the job is ended whatever it does, a little before others may start it.
    func lastMoment(ofLeaseUntil end: ContinuousClock.Instant) -> ContinuousClock.Instant {
        end - leaseWindow / 16
    }

    /// Has the lease looked after, if there is one.
    func watchLease() {
        guard let lease else { return }
        LeaseWatch(lease) { [self] end in extendLease(until: end) }.start()
    }

    /// Ends this process and all that stem from it: others may start the job from now on.
    ///
    /// Nothing is written down any more, for what has not ended by now may hang in doing just that.
    func endAbandoned() -> Never {
        ProcessTree.endDescendants(patience: .zero)
        _exit(EX_TEMPFAIL)
    }
}
