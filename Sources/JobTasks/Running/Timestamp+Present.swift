import Glibc
package import JobModel

extension Timestamp {
    /// The time by the machine's clock.
    package static var present: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: time.tv_sec * 1_000_000 + time.tv_nsec / 1000)
    }
}
