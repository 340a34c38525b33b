import CMongoc
import Logging

/// Leads what libmongoc has to say into swift-log, under the label `libmongoc`.
enum LibraryLog {
    /// After a conflict the server has aborted the transaction before it is told to.
    private static let expected = "Error in abortTransaction"

    /// Writes one line, without what is secret.
    static func write(level: mongoc_log_level_t, domain: String, message: String) {
        // Made for each line, of which there are few, so that it does not matter whether the
        // program sets up its logging before or after it parses a URI.
        let logger = Logger(label: "libmongoc")
        logger.log(
            level: message.hasPrefix(expected) ? .debug : ours(level),
            "\(Secrets.hidden(in: message))",
            metadata: ["domain": "\(domain)"]
        )
    }

    private static func ours(_ level: mongoc_log_level_t) -> Logger.Level {
        switch level {
        case MONGOC_LOG_LEVEL_CRITICAL: .critical
        case MONGOC_LOG_LEVEL_ERROR: .error
        case MONGOC_LOG_LEVEL_WARNING: .warning
        case MONGOC_LOG_LEVEL_MESSAGE: .notice
        case MONGOC_LOG_LEVEL_INFO: .info
        case MONGOC_LOG_LEVEL_DEBUG: .debug
        default: .trace
        }
    }
}
