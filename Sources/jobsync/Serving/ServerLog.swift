import Foundation
import JSON
import JobModel
import Logging

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
struct JSONLogHandler: LogHandler {
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        Output.diagnostic(line(of: event, at: .now) + "\n")
    }

    func line(of event: LogEvent, at date: Timestamp) -> String {
        var document: JSONObject = [
            "time": .string(date.description),
            "level": .string(event.level.rawValue),
            "message": .string(event.message.description),
        ]
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        for (name, value) in all.sorted(by: { $0.key < $1.key }) where document[name] == nil {
            document[name] = .string(value.description)
        }
        return JSONValue.object(document).description
    }
}
