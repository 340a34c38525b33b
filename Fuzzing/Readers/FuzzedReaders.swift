import Authentication
import Glibc
import JSON
import JobModel
import JobProtocol
import JobRecording
import JobReplay
import JobRunning
import JobTaskFiles
import JobTasks
import Mongo
public import SystemPackage

/// Everything that reads bytes which somebody else may have written, given the same bytes.
public struct FuzzedReaders: Sendable {
    /// The input at work, for the readers of files; whoever dies of it leaves it here.
    public let file: FilePath

    /// Makes them.
    ///
    /// - Parameter folder: Where the file with the input lies; nobody else uses it.
    public init(folder: FilePath) {
        file = folder.appending("input")
    }

    /// Has all readers read an input: they may refuse it, but must come back.
    ///
    /// - Parameter bytes: The input.
    public func take(_ bytes: [UInt8]) {
        do throws(Errno) {
            try Files.write(bytes, to: file)
        } catch {
            fatalError("\(file) cannot be written: \(error)")
        }
        if let value = try? JSONValue(parsing: bytes, maximumDepth: 32) {
            writeAgain(value)
            understand(value)
        }
        _ = RPCMessage(parsing: bytes, maximumDepth: 32, maximumBatch: 100)
        _ = RPCIncoming(parsing: bytes)
        readDatabaseDocument(bytes)
        readJournal()
        readAccess()
        if let log = try? MessageLog(parsing: bytes) { _ = ReplayScript(log).problems }
        FuzzedSequences.take(bytes)
        _ = TaskFile(parsing: String(decoding: bytes, as: UTF8.self), named: "input.yaml")
    }

    /// What is read must be written as something that reads the same.
    private func writeAgain(_ value: JSONValue) {
        let written = value.encoded
        guard let again = try? JSONValue(parsing: written, maximumDepth: 32), again == value else {
            fatalError("\(value) is not what was written of it")
        }
    }

    /// Documents of stores and of kept data; what was understood must hold as it is written.
    private func understand(_ value: JSONValue) {
        _ = MinimalJob(document: value)
        if let record = DataRecord(whole: value) { writeAgain(.object(record.whole)) }
        if let document = value.objectValue, let job = try? Job(document: document) {
            writeAgain(.object(job.document))
        }
    }

    private func readDatabaseDocument(_ bytes: [UInt8]) {
        let document = BSONDocument(bytes: bytes)
        for (key, _) in document { _ = document[key] }
        _ = try? document.check()
    }

    private func readJournal() {
        var reader = JournalReader(file)
        for entry in (try? reader.read()) ?? [] {
            writeAgain(.object(entry.entry.line(at: entry.date)))
            if case .stage(_, let number, let count) = entry.entry {
                _ = Progress.atStage(number, of: count)
            }
        }
    }

    private func readAccess() {
        let now: @Sendable () -> Timestamp = { Timestamp(microseconds: 0) }
        guard let access = try? Authenticator(path: file.string, now: now) else { return }
        _ = access.identity(token: "jobsync_token")
        _ = access.identity(session: "session")
    }
}
