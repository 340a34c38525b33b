import Foundation
import JSON
import JobModel
import JobRecording
import JobSync
import Logging
import SystemPackage
import WebSockets

/// Records messages in a file.
struct FileRecorder: MessageRecorder {
    private let path: String
    private let file: MessageLogWriter
    private let started: Timestamp
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant

    /// Makes the file.
    ///
    /// - Parameters:
    ///   - path: Where; nothing may be there.
    ///   - started: What time it is.
    ///   - logger: Is told when the recording ends early.
    /// - Throws: Why it cannot be made.
    init(path: String, started: Timestamp, logger: Logger) throws(StartError) {
        do {
            file = try MessageLogWriter(path: path, logger: logger)
        } catch Errno.fileExists {
            throw StartError(message: "--record: \(path) is there already, and is not overwritten")
        } catch {
            throw StartError(message: "--record: \(path) cannot be made: \(reason(of: error))")
        }
        self.path = path
        self.started = started
        start = clock.now
    }

    func serverOpened(epoch: String) {
        file.begin(
            MessageLogHeader(
                server: "jobsync \(Program.version)",
                started: started.description,
                epoch: epoch
            )
        )
    }

    func connectionOpened(_ connection: ConnectionID) {
        record(connection, .open)
    }

    func messageReceived(_ message: [UInt8], on connection: ConnectionID) {
        record(connection, .incoming, message[...])
    }

    func messageSent(_ frame: WebSocketFrame, on connection: ConnectionID) {
        record(connection, .outgoing, frame.payload)
    }

    func connectionClosed(_ connection: ConnectionID, code: WebSocketCloseCode) {
        record(
            connection,
            .close,
            JSONValue.object(["code": .integer(Int(code.rawValue))]).encoded[...]
        )
    }

    /// Writes what is left.
    func finish() async {
        await file.finish()
    }

    /// Removes the file of a server that could not start, for nothing was said to it.
    func discard() async {
        await file.finish()
        try? FileManager.default.removeItem(atPath: path)
    }

    private func record(
        _ connection: ConnectionID,
        _ direction: MessageLogEntry.Direction,
        _ message: ArraySlice<UInt8>? = nil
    ) {
        file.record(clock.now - start, Int(connection.rawValue), direction, message)
    }
}
