import Logging
import Synchronization
import Testing

@testable import Mongo

@Suite struct MongoLogTests {
    @Test func `what the library says goes to the program's log, without secrets`() throws {
        Recorder.bootstrap()
        _ = try MongoURI("mongodb://me:0p3n-s3same@a/?noSuchOption0p3n-s3same=1")
        let lines = Recorder.lines.withLock { $0 }.filter { $0.text.contains("nosuchoption") }
        #expect(lines.map(\.label) == ["libmongoc"])
        #expect(lines.map(\.level) == [.warning])
        #expect(lines.first?.text.contains("nosuchoption***") == true)
    }
}

/// Keeps what libmongoc says; everybody else's lines go where they would have gone.
private struct Recorder: LogHandler {
    struct Line: Sendable {
        let label: String
        let level: Logger.Level
        let text: String
    }

    static let lines = Mutex<[Line]>([])

    /// Once per process, because the logging system is the process's.
    static func bootstrap() { isBootstrapped }

    private static let isBootstrapped: Void = LoggingSystem.bootstrap { label in
        if label == "libmongoc" { return Recorder(label: label) }
        return StreamLogHandler.standardError(label: label)
    }

    let label: String
    var logLevel = Logger.Level.trace
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let line = Line(label: label, level: event.level, text: "\(event.message)")
        Self.lines.withLock { $0.append(line) }
    }
}
