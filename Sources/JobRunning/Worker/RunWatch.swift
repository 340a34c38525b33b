import Glibc
import JobTasks

/// A thread of a worker's own that looks at what only files tell: whether its lease was given anew, and whether
/// its run folder is still there.
///
/// Apart from the thread that ends the job when they are not: a file system that hangs must not keep that from it.
final class RunWatch: Sendable {
    private static let longestPause = Duration.seconds(2)

    private let folder: HeldFolder
    private let lease: WorkerLease?
    private let renewed: @Sendable (ContinuousClock.Instant) -> Void
    private let removed: @Sendable () -> Void

    /// Describes a watch.
    ///
    /// - Parameters:
    ///   - folder: The run folder.
    ///   - lease: Which lease; nil for a job that needs none.
    ///   - renewed: What is done with the lease's end that is read.
    ///   - removed: What is done, once, when the run folder was removed.
    init(
        _ folder: HeldFolder,
        _ lease: WorkerLease?,
        renewed: @escaping @Sendable (ContinuousClock.Instant) -> Void,
        removed: @escaping @Sendable () -> Void
    ) {
        self.folder = folder
        self.lease = lease
        self.renewed = renewed
        self.removed = removed
    }

    /// Starts the thread, which lives as long as the process.
    ///
    /// Where there can be none, nothing is found, and the job ends with the lease that it began with.
    func start() {
        var thread = pthread_t()
        let owned = Unmanaged.passRetained(self)
        guard pthread_create(&thread, nil, watchRun, owned.toOpaque()) == 0 else {
            owned.release()
            return
        }
        pthread_detach(thread)
    }

    fileprivate func run() -> Never {
        let often = (lease?.duration ?? Self.longestPause * 16) / 16
        let pause = min(max(often, .milliseconds(20)), Self.longestPause)
        var wasRemoved = false
        while true {
            if let end = lease?.end() { renewed(end) }
            if !wasRemoved, folder.isRemoved {
                wasRemoved = true
                removed()
            }
            usleep(useconds_t(clamping: pause.milliseconds * 1000))
        }
    }
}

private func watchRun(_ owned: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let owned else { return nil }
    Unmanaged<RunWatch>.fromOpaque(owned).takeRetainedValue().run()
}
