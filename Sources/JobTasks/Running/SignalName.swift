import CProcess
import Glibc

/// How signals are called.
package enum SignalName {
    /// The signal's name and what it means, such as `SIGKILL (Killed)`.
    package static func of(_ signal: CInt) -> String {
        guard let name = cprocess_signal_name(signal), let meaning = strsignal(signal) else {
            return "signal \(signal)"
        }
        return "SIG\(String(cString: name)) (\(String(cString: meaning)))"
    }
}
