import JSON
import JobModel
import Mongo

// Documents may be those of older programs or of people: fields are missing, numbers are of another
// type, dates are text. What has a meaning is read; where it has none, the field is named.

extension JobDocument {
    /// Reads a job.
    static func job(_ document: BSONDocument) throws(UnreadableJob) -> Job {
        var fields: [String: BSONValue] = [:]
        do {
            for (key, value) in try document.fields() { fields[key] = value }
        } catch {
            throw UnreadableJob(id: idText(document["_id"]), reason: "\(error)")
        }
        do {
            return try job(JobFieldReader(fields: fields, path: ""))
        } catch {
            throw UnreadableJob(id: idText(fields["_id"]), reason: error.description)
        }
    }

    private static func job(_ reader: JobFieldReader) throws(FieldFault) -> Job {
        guard let id = JobID(try reader.string("_id")) else {
            throw FieldFault(field: "_id", expected: JobID.form)
        }
        guard let entries = reader.fields["status"]?.arrayValue, !entries.isEmpty else {
            throw FieldFault(field: "status", expected: "an array with an entry")
        }
        var status: [JobStatus] = []
        status.reserveCapacity(entries.count)
        for (index, entry) in entries.enumerated() {
            status.append(try self.status(entry, path: "status[\(index)]"))
        }
        let args = try self.args(reader)
        // Nobody starts a job that has ended; so what it needed is only of interest.
        let hasEnded = status.last?.state.isFinal == true
        return Job(
            id: id,
            version: try reader.integer("_version", or: 0, in: Job.versionRange),
            task: try reader.string("task"),
            args: args,
            resources: Resources(
                proc: try reader.integer("proc", or: hasEnded ? 0 : nil, in: Resources.procRange),
                mem: try reader.integer("mem", or: hasEnded ? 0 : nil, in: Resources.memRange)
            ),
            priority: try reader.integer("priority", or: 0),
            username: reader.fields["username"]?.stringValue
                ?? args["username"]?.stringValue ?? "",
            status: status,
            archived: try reader.bool("archived", or: false),
            updated: try updated(reader),
            server: reader.fields["server"]?.stringValue,
            result: try held("result", reader),
            usage: usage(reader)
        )
    }

    private static func status(
        _ entry: BSONValue,
        path: String
    ) throws(FieldFault) -> JobStatus {
        guard let document = entry.documentValue else {
            throw FieldFault(field: path, expected: "a document")
        }
        var fields: [String: BSONValue] = [:]
        for (key, value) in document { fields[key] = value }
        let reader = JobFieldReader(fields: fields, path: path + ".")
        guard let state = JobState(rawValue: try reader.string("state")) else {
            throw FieldFault(field: path + ".state", expected: "a job's state")
        }
        let progress = fields["progress"]?.numberValue ?? 0
        return JobStatus(
            stage: fields["stage"]?.stringValue,
            progress: Progress.rounded(progress),
            error: try error(fields["error"], path: path),
            state: state,
            date: try reader.date("date", micros: fields["micros"]?.integerValue ?? 0),
            cancellation: Cancellation(
                readBy: fields["by"]?.stringValue,
                reason: fields["reason"]?.stringValue
            ),
            restart: fields["restart"].flatMap { try? JSONValue($0) }
                .flatMap(JobRestart.init(document:))
        )
    }

    private static func error(
        _ value: BSONValue?,
        path: String
    ) throws(FieldFault) -> JobError? {
        // Older programs write false where there is none.
        guard let value, !value.isNull, value != false else { return nil }
        do {
            return JobError(document: try JSONValue(value))
        } catch {
            throw FieldFault(field: path + ".error", expected: "less depth")
        }
    }

    private static func args(_ reader: JobFieldReader) throws(FieldFault) -> JSONObject {
        switch reader.fields["args"] {
        case nil, .null: return [:]
        case .document(let document):
            if let args = try? JSONObject(document) { return args }
        case .string(let text):
            let value = try? JSONValue(parsing: text, maximumDepth: HeldValue.maximumDepth)
            if let args = value?.objectValue { return args }
        default: break
        }
        throw FieldFault(field: "args", expected: "a document")
    }

    /// To the microsecond where nobody has changed the date beside it.
    private static func updated(_ reader: JobFieldReader) throws(FieldFault) -> Timestamp? {
        guard let value = reader.fields["updated"], !value.isNull else { return nil }
        let date = try reader.date("updated", micros: 0)
        if let exact = reader.fields["order"]?.documentValue?["updated"]?.integerValue {
            let moment = Timestamp(microseconds: exact)
            if moment.milliseconds.whole == date.milliseconds.whole { return moment }
        }
        return date
    }

    private static func held(
        _ key: String,
        _ reader: JobFieldReader
    ) throws(FieldFault) -> JSONValue? {
        if let text = reader.fields[HeldValue.textKey(for: key)]?.stringValue {
            return try? JSONValue(parsing: text, maximumDepth: HeldValue.maximumDepth)
        }
        guard let value = reader.fields[key] else { return nil }
        do {
            return try JSONValue(value)
        } catch {
            throw FieldFault(field: key, expected: "less depth")
        }
    }

    private static func usage(_ reader: JobFieldReader) -> ResourceUsage? {
        guard let document = reader.fields["usage"]?.documentValue else { return nil }
        let peak = document["peak_memory"]
        guard peak == nil || peak?.integerValue != nil else { return nil }
        return ResourceUsage(checking: document["cpu_seconds"]?.numberValue, peak?.integerValue)
    }

    private static func idText(_ id: BSONValue?) -> String {
        id.map { $0.stringValue ?? $0.description } ?? "without _id"
    }
}
