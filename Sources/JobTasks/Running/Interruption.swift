import Glibc
import Subprocess

/// What ends a process that has done nothing wrong: a person, a shutdown, a service manager.
package enum Interruption {
    /// Whether a signal asks a process to end.
    package static func isOne(_ signal: CInt) -> Bool {
        [SIGTERM, SIGINT, SIGHUP, SIGQUIT].contains(signal)
    }

    /// Whether a tool was ended by such a signal.
    static func isOne(_ status: TerminationStatus) -> Bool {
        if case .signaled(let signal) = status { isOne(signal) } else { false }
    }
}
