public import JSON

/// Why a document cannot be read as a job.
public struct JobDocumentError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The field, such as `status[2].date`.
    public let field: String
    /// What was expected there.
    public let expected: String

    /// A sentence for people.
    public var description: String { "\(field): expected \(expected)" }
}

extension Job {
    /// The whole document, as stores keep it and `jobs.detail` shows it.
    public var document: JSONObject {
        var document: JSONObject = [
            "_id": .string(id.rawValue),
            "_version": .integer(version),
            "task": .string(task),
            "args": .object(args),
            "proc": .integer(resources.proc),
            "mem": .integer(resources.mem),
            "priority": .integer(priority),
            "username": .string(username),
            "archived": .bool(archived),
            "added": .string(added.description),
            "updated": .string(updated.description),
            "status": .array(status.map { .object($0.document) }),
        ]
        document["server"] = server.map { .string($0) }
        document["result"] = result
        document["usage"] = usage.map { .object($0.document) }
        return document
    }

    /// Reads a job from its document; what newer versions added may be missing.
    ///
    /// - Parameter document: At least `_id`, `_version`, `task`, `proc`, `mem` and `status`.
    /// - Throws: Which field is missing or of another type.
    public init(document: JSONObject) throws(JobDocumentError) {
        let reader = DocumentReader(document: document, path: "")
        let args = document["args"]?.objectValue ?? [:]
        guard let id = JobID(try reader.string("_id")) else {
            throw JobDocumentError(field: "_id", expected: JobID.form)
        }
        guard let entries = document["status"]?.arrayValue, !entries.isEmpty else {
            throw JobDocumentError(field: "status", expected: "an array with an entry")
        }
        var status: [JobStatus] = []
        for (index, entry) in entries.enumerated() {
            status.append(try JobStatus(document: entry, path: "status[\(index)]"))
        }
        self.init(
            id: id,
            version: try reader.integer("_version", in: Job.versionRange),
            task: try reader.string("task"),
            args: args,
            resources: Resources(
                proc: try reader.integer("proc", in: Resources.procRange),
                mem: try reader.integer("mem", in: Resources.memRange)
            ),
            priority: document["priority"]?.integerValue ?? 0,
            username: document["username"]?.stringValue ?? args["username"]?.stringValue ?? "",
            status: status,
            archived: document["archived"]?.boolValue ?? false,
            updated: document["updated"]?.stringValue.flatMap { Timestamp($0) },
            server: document["server"]?.stringValue,
            result: document["result"],
            usage: document["usage"].flatMap(ResourceUsage.init(document:))
        )
    }
}

extension JobStatus {
    /// The entry as it stands in the job's document.
    public var document: JSONObject {
        var document: JSONObject = [
            "stage": stage.map { .string($0) } ?? .null,
            "progress": .number(progress),
            "error": error.map { .object($0.document) } ?? .null,
            "state": .string(state.rawValue),
            "date": .string(date.description),
        ]
        document["by"] = cancellation?.username.map { .string($0) }
        document["reason"] = cancellation?.reason.map { .string($0) }
        document["restart"] = restart.map { .object($0.document) }
        return document
    }

    fileprivate init(document: JSONValue, path: String) throws(JobDocumentError) {
        guard let members = document.objectValue else {
            throw JobDocumentError(field: path, expected: "an object")
        }
        let reader = DocumentReader(document: members, path: path + ".")
        guard let state = JobState(rawValue: try reader.string("state")) else {
            throw JobDocumentError(field: path + ".state", expected: "a job's state")
        }
        guard let date = Timestamp(try reader.string("date")) else {
            throw JobDocumentError(field: path + ".date", expected: "a date as RFC 3339")
        }
        self.init(
            stage: members["stage"]?.stringValue,
            progress: Progress.rounded(members["progress"]?.numberValue ?? 0),
            error: members["error"].flatMap(JobError.init(document:)),
            state: state,
            date: date,
            cancellation: Cancellation(
                readBy: members["by"]?.stringValue,
                reason: members["reason"]?.stringValue
            ),
            restart: members["restart"].flatMap(JobRestart.init(document:))
        )
    }
}

extension JobError {
    /// The error as it stands in the job's document.
    public var document: JSONObject {
        [
            "cause": .string(cause.rawValue),
            "message": .string(message),
            "log": .array(log.map { .string($0) }),
        ]
    }

    /// Reads an error: an object as ours, or whatever an older program left there.
    ///
    /// - Parameter document: Null means that there is no error.
    public init?(document: JSONValue) {
        guard !document.isNull else { return nil }
        let message = document["message"]?.stringValue ?? document.stringValue
        self.init(
            cause: document["cause"]?.stringValue.flatMap(Cause.init) ?? .task,
            message: message ?? document.description,
            log: document["log"]?.arrayValue?.compactMap(\.stringValue) ?? []
        )
    }
}

extension ResourceUsage {
    /// Reads a record of use from a job's document.
    ///
    /// - Parameter document: An object with `cpu_seconds` and perhaps `peak_memory`, each within its range.
    public init?(document: JSONValue) {
        let peak = document["peak_memory"]
        guard peak == nil || peak?.integerValue != nil else { return nil }
        self.init(checking: document["cpu_seconds"]?.numberValue, peak?.integerValue)
    }

    /// The record as a job's document holds it.
    public var document: JSONObject {
        var document: JSONObject = ["cpu_seconds": .number(cpuSeconds)]
        document["peak_memory"] = peakMemory.map { .integer($0) }
        return document
    }
}

/// Takes required members out of a document and names those that are missing.
private struct DocumentReader {
    let document: JSONObject
    let path: String

    func string(_ name: String) throws(JobDocumentError) -> String {
        guard let value = document[name]?.stringValue else {
            throw JobDocumentError(field: path + name, expected: "a string")
        }
        return value
    }

    func integer(
        _ name: String,
        in range: ClosedRange<Int>
    ) throws(JobDocumentError) -> Int {
        guard let value = document[name]?.integerValue, range.contains(value) else {
            throw JobDocumentError(
                field: path + name,
                expected: "a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return value
    }
}
