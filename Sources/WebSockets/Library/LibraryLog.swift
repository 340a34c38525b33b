import CLibwebsockets
import Logging

/// Leads what libwebsockets has to say into swift-log, under the label `libwebsockets`.
enum LibraryLog {
    private static let logger = Logger(label: "libwebsockets")

    /// Set up once per process, because the library's log is the process's.
    static let isSetUp: Bool = {
        var levels = LLL_ERR
        if logger.logLevel <= .debug {
            levels |= LLL_WARN
        }
        if logger.logLevel <= .trace {
            levels |= LLL_NOTICE | LLL_INFO
        }
        lws_set_log_level(Int32(levels), writeLibraryLine)
        return true
    }()

    fileprivate static func write(_ level: Int32, _ line: String) {
        // What is an error to the library is often only a client with a bad header.
        let ours: Logger.Level =
            switch Int(level) {
            case Int(LLL_ERR): .notice
            case Int(LLL_WARN): .debug
            default: .trace
            }
        logger.log(level: ours, "\(line)")
    }
}

private func writeLibraryLine(_ level: Int32, _ line: UnsafePointer<CChar>?) {
    guard let line else { return }
    var text = String(cString: line)
    if text.hasSuffix("\n") {
        text.removeLast()
    }
    LibraryLog.write(level, text)
}
