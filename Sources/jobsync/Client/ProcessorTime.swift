import Foundation

/// The processor time of this process.
enum ProcessorTime {
    /// What it has taken so far, on all cores, in the kernel too.
    static var own: Duration {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
