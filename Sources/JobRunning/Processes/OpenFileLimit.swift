import Glibc
import Synchronization

/// How many files the process may have open: as many as the system lets it, while what it starts keeps the
/// limit that it was started with, if that is enough for a worker.
///
/// A server needs a descriptor for each connection. A tool that waits with `select` breaks when it is given
/// one beyond 1,023, which is why the usual limit is what it is.
package enum OpenFileLimit {
    /// More is never asked for: libraries keep tables of as many entries.
    private static let most: rlim_t = 1 << 17
    /// A worker gets no less: it has to start tools beside what it keeps open itself.
    private static let least: rlim_t = 256
    /// The limit at the start, if it was raised.
    private static let original = Mutex<rlim_t?>(nil)
    private static let variable = "JOBSYNC_OPEN_FILES"

    /// Raises the limit to what the system allows; call it before anything keeps tables.
    ///
    /// - Returns: How many files may be open.
    package static func raise() -> Int {
        guard var limit = current else { return 1024 }
        let wanted = min(limit.rlim_max, most)
        if limit.rlim_cur < wanted {
            let before = limit.rlim_cur
            limit.rlim_cur = wanted
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
                original.withLock { $0 = $0 ?? before }
            }
        }
        return Int(clamping: current?.rlim_cur ?? 1024)
    }

    /// What a process that is started is to be told of it, in its environment.
    static var environment: [String: String] {
        original.withLock { limit in limit.map { [variable: "\($0)"] } ?? [:] }
    }

    /// Takes the limit that the process was to have, in a process that was started by one that raised its own.
    static func restore() {
        guard let text = getenv(variable) else { return }
        let wanted = rlim_t(String(cString: text))
        unsetenv(variable)
        guard let wanted, var limit = current, wanted < limit.rlim_cur else { return }
        limit.rlim_cur = min(max(wanted, least), limit.rlim_cur)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    private static var current: rlimit? {
        var limit = rlimit()
        let error = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return error == 0 ? limit : nil
    }
}
