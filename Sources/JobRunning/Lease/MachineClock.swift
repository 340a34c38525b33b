import Glibc

/// The clock that all processes of a machine share, and that goes on while the machine sleeps.
enum MachineClock {
    /// A moment as milliseconds since the machine was started.
    static func milliseconds(of moment: ContinuousClock.Instant) -> Int {
        present + (moment - .now).milliseconds
    }

    /// The moment so many milliseconds after the machine was started; one far away is moved nearer.
    static func instant(ofMilliseconds count: Int) -> ContinuousClock.Instant {
        let (distance, overflows) = count.subtractingReportingOverflow(present)
        let farthest = 1 << 40
        let near =
            overflows ? (count < 0 ? -farthest : farthest) : min(max(distance, -farthest), farthest)
        return .now + .milliseconds(near)
    }

    private static var present: Int {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }
}
