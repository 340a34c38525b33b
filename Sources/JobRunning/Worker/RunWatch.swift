import Glibc

/// A thread of a worker's own that looks whether its lease was given anew.
///
/// Apart from the thread that ends the job when it was not: a file system that hangs must not keep that from it.
final class LeaseWatch: Sendable {
    private let lease: WorkerLease
    private let found: @Sendable (ContinuousClock.Instant) -> Void

    /// Describes a watch.
    ///
    /// - Parameters:
    ///   - lease: Which lease.
    ///   - found: What is done with the end that is read.
    init(_ lease: WorkerLease, found: @escaping @Sendable (ContinuousClock.Instant) -> Void) {
        self.lease = lease
        self.found = found
    }

    /// Starts the thread, which lives as long as the process.
    ///
    /// Where there can be none, nothing is found, and the job ends with the lease that it began with.
    func start() {
        var thread = pthread_t()
        let owned = Unmanaged.passRetained(self)
        guard pthread_create(&thread, nil, readLease, owned.toOpaque()) == 0 else {
            owned.release()
            return
        }
        pthread_detach(thread)
    }

    fileprivate func run() -> Never {
        let pause = min(max(lease.duration / 16, .milliseconds(20)), .seconds(5))
        while true {
            if let end = lease.end() { found(end) }
            usleep(useconds_t(clamping: pause.milliseconds * 1000))
        }
    }
}

private func readLease(_ owned: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let owned else { return nil }
    Unmanaged<LeaseWatch>.fromOpaque(owned).takeRetainedValue().run()
}
