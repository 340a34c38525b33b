import Glibc

/// Ends processes that stem from this one.
package enum ProcessTree {
    /// Ends all processes that stem from this one, and waits until none is left.
    ///
    /// This process must be their subreaper, or some could slip away.
    ///
    /// - Parameter patience: The time from SIGTERM to SIGKILL.
    package static func endDescendants(patience: Duration) {
        // Without a child there is no descendant, for orphans would be children.
        guard hasChildren() else { return }
        let end = ContinuousClock.now + patience
        var told: Set<ProcessEntry> = []
        var pause: useconds_t = 500
        while hasChildren() {
            let isOver = ContinuousClock.now >= end
            for process in ProcessTable.read().descendants(of: [getpid()])
            where !process.isZombie {
                if isOver {
                    kill(process.pid, SIGKILL)
                } else if told.insert(process).inserted {
                    kill(process.pid, SIGTERM)
                }
            }
            usleep(pause)
            pause = min(pause * 2, 20_000)
        }
    }

    /// Takes in the children that have ended, and tells whether there are others.
    static func hasChildren() -> Bool {
        while true {
            let ended = waitpid(-1, nil, WNOHANG)
            if ended > 0 { continue }
            if ended < 0, errno == EINTR { continue }
            return ended == 0
        }
    }
}
