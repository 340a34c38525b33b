import JobRecording
import JobReplay

/// A file that `serve --record` has written.
enum RecordingFile {
    /// Reads it, and warns where it cannot be read to its end.
    ///
    /// - Parameter path: The file.
    /// - Returns: What clients said in it, and what came of it.
    /// - Throws: That it cannot be read, or that nothing in it can be.
    static func read(_ path: String) throws(CommandFailure) -> ReplayScript {
        let bytes: [UInt8]
        do {
            bytes = try GivenFile.read(path)
        } catch {
            throw CommandFailure(.failed, "\(path): cannot be read: \(reason(of: error))")
        }
        let log: MessageLog
        do throws(MessageLog.NoLog) {
            log = try MessageLog(parsing: bytes)
        } catch {
            throw CommandFailure(.failed, "\(path): \(error)")
        }
        if let damage = log.damage {
            Output.remark("warning: \(path): \(damage); what comes before it is replayed")
        }
        return ReplayScript(log)
    }
}
