import JSON
import JobModel
import Mongo

/// A job as a document of the collection `jobs`: the seed's fields, and ours beside them.
enum JobDocument {
    /// A new job's whole document.
    static func whole(_ job: Job, seq: Int) -> BSONDocument {
        BSONDocument { writer in
            writer.reserve(768)
            writer.append(job.id.rawValue, for: "_id")
            writer.append(job.task, for: "task")
            let args = JSONValue.object(job.args)
            if args.fitsBSON {
                writer.append(args, for: "args")
            } else {
                writer.append(args.description, for: "args")
            }
            writer.append(job.resources.proc, for: "proc")
            writer.append(job.resources.mem, for: "mem")
            writer.append(job.priority, for: "priority")
            writer.append(job.username, for: "username")
            writer.append(milliseconds: job.added.milliseconds.whole, for: "added")
            writer.append(documentFor: "order") { order in
                order.append(Int64(job.added.microseconds), for: "added")
                order.append(Int64(job.updated.microseconds), for: "updated")
            }
            append(changing: job, seq: seq, to: &writer)
        }
    }

    /// What turns a job's document into its next version, whatever else is in it.
    static func update(to job: Job, seq: Int) -> BSONDocument {
        BSONDocument { writer in
            writer.reserve(768)
            writer.append(documentFor: "$set") { fields in
                fields.append(Int64(job.updated.microseconds), for: "order.updated")
                append(changing: job, seq: seq, to: &fields)
                if job.server == nil { fields.appendNull(for: "server") }
            }
            if let result = job.result {
                writer.append(documentFor: "$unset") { fields in
                    fields.append("", for: HeldValue.otherKey(of: result, for: "result"))
                }
            }
        }
    }

    /// What makes a document that another program or a person wrote one that can be found: our
    /// fields, and those that are missing.
    static func numbering(_ job: Job, seq: Int, of document: BSONDocument) -> BSONDocument {
        BSONDocument { writer in
            writer.append(documentFor: "$set") { fields in
                fields.append(Int64(seq), for: "seq")
                fields.append(job.state.rawValue, for: "state")
                fields.append(documentFor: "order") { order in
                    order.append(Int64(job.added.microseconds), for: "added")
                    order.append(Int64(job.updated.microseconds), for: "updated")
                }
                if document["_version"]?.isNull != false {
                    fields.append(job.version, for: "_version")
                }
                if document["archived"]?.isNull != false {
                    fields.append(job.archived, for: "archived")
                }
                if document["username"]?.isNull != false {
                    fields.append(job.username, for: "username")
                }
            }
        }
    }

    private static func append(changing job: Job, seq: Int, to writer: inout BSONWriter) {
        writer.append(job.version, for: "_version")
        writer.append(Int64(seq), for: "seq")
        writer.append(arrayOf: job.status, for: "status") { writer, entry, index in
            writer.append(documentFor: index) { append(entry, to: &$0) }
        }
        writer.append(job.state.rawValue, for: "state")
        writer.append(job.archived, for: "archived")
        writer.append(milliseconds: job.updated.milliseconds.whole, for: "updated")
        if let server = job.server { writer.append(server, for: "server") }
        if let result = job.result { writer.append(held: result, for: "result") }
        if let usage = job.usage {
            writer.append(documentFor: "usage") { fields in
                fields.append(usage.cpuSeconds, for: "cpu_seconds")
                if let peak = usage.peakMemory { fields.append(peak, for: "peak_memory") }
            }
        }
    }

    private static func append(_ entry: JobStatus, to writer: inout BSONWriter) {
        if let stage = entry.stage {
            writer.append(stage, for: "stage")
        } else {
            writer.appendNull(for: "stage")
        }
        writer.append(entry.progress, for: "progress")
        if let error = entry.error {
            writer.append(.object(error.document), for: "error")
        } else {
            writer.appendNull(for: "error")
        }
        writer.append(entry.state.rawValue, for: "state")
        let (whole, micros) = entry.date.milliseconds
        writer.append(milliseconds: whole, for: "date")
        if micros != 0 { writer.append(micros, for: "micros") }
        if let username = entry.cancellation?.username { writer.append(username, for: "by") }
        if let reason = entry.cancellation?.reason { writer.append(reason, for: "reason") }
        if let restart = entry.restart { writer.append(.object(restart.document), for: "restart") }
    }
}
