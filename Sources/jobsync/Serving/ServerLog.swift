import Foundation
import JSON
import JobModel
import Logging
import Synchronization

/// Where the server's own log lines go: standard error.
enum ServerLog {
    /// Has all loggers of the process, those of libraries too, write there.
    static func bootstrap(level: Logger.Level, format: ServeSettings.LogFormat) {
        LoggingSystem.bootstrap { label in
            var handler: any LogHandler =
                switch format {
                case .text: StreamLogHandler.standardError(label: label)
                case .json: JSONLogHandler()
                }
            handler.logLevel = level
            return handler
        }
    }
}

/// Writes each message as one JSON object on a line.
///
/// `time`, `level`, `source` and `message` come first, then what else there is to tell, sorted by name.
struct JSONLogHandler: LogHandler {
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// A pipe takes long lines in pieces, which those of another thread must not come between.
    private static let turn = Mutex(())

    func log(event: LogEvent) {
        let line = line(of: event, at: .now) + "\n"
        Self.turn.withLock { _ in Output.diagnostic(line) }
    }

    func line(of event: LogEvent, at date: Timestamp) -> String {
        var document: JSONObject = [
            "time": .string(date.description),
            "level": .string(event.level.rawValue),
            "source": .string(event.source),
            "message": .string(event.message.description),
        ]
        var all = metadata.merging(event.metadata ?? [:]) { $1 }
        if let error = event.error, all["error"] == nil { all["error"] = "\(error)" }
        for (name, value) in all.sorted(by: { $0.key < $1.key }) {
            // A name stands once in an object; one that has a meaning above gets another.
            let field = document[name] == nil ? name : "metadata.\(name)"
            document[field] = .string(value.description)
        }
        return JSONValue.object(document).description
    }
}
