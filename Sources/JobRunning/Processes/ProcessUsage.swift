import Glibc
package import JobModel
import JobTasks
import SystemPackage

/// What this process uses of the machine.
package struct ProcessUsage: Sendable {
    /// When it was started.
    package let started: Timestamp
    /// Memory in RAM.
    package let residentBytes: Int
    /// Address space.
    package let virtualBytes: Int
    /// How many file descriptors are open.
    package let openFiles: Int
    /// How many may be.
    package let openFilesLimit: Int
    /// What processors have spent on it, in its own code and in the kernel's.
    package let processorTime: Duration

    /// Looks, away from the caller's thread: to count ten thousand descriptors takes milliseconds.
    ///
    /// - Returns: What the process uses; nil where the kernel does not tell.
    @concurrent
    package static func current() async -> ProcessUsage? {
        guard let started, let sizes = try? Files.read("/proc/self/statm"),
            let names = try? Files.names(in: "/proc/self/fd")
        else { return nil }
        let pages = String(decoding: sizes, as: UTF8.self).split(separator: " ").compactMap {
            Int($0)
        }
        guard pages.count > 1 else { return nil }
        var limit = rlimit()
        var usage = rusage()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0,
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0
        else { return nil }
        let pageBytes = sysconf(CInt(_SC_PAGESIZE))
        return ProcessUsage(
            started: started,
            residentBytes: pages[1] * pageBytes,
            virtualBytes: pages[0] * pageBytes,
            // Without the one that looking has opened.
            openFiles: names.count - 1,
            openFilesLimit: Int(clamping: limit.rlim_cur),
            processorTime: Duration(usage.ru_utime) + Duration(usage.ru_stime)
        )
    }

    private static let started: Timestamp? = {
        guard let ticks = ProcessTable.entry(of: getpid())?.startTime,
            let lines = try? Files.read("/proc/stat").split(separator: UInt8(ascii: "\n")),
            let line = lines.first(where: { $0.starts(with: Array("btime ".utf8)) }),
            let boot = Int(String(decoding: line.dropFirst(6), as: UTF8.self))
        else { return nil }
        let perSecond = sysconf(CInt(_SC_CLK_TCK))
        return Timestamp(microseconds: boot * 1_000_000 + ticks * 1_000_000 / perSecond)
    }()
}

extension Duration {
    fileprivate init(_ time: timeval) {
        self = .seconds(time.tv_sec) + .microseconds(Int(time.tv_usec))
    }
}
