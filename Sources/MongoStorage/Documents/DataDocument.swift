import JSON
import JobModel
import Mongo

/// A record of something that is kept:
/// `{_id: "host/ID", kind, id, name, uses: ["host/ID"…], job, username, created, micros, document}`.
enum DataDocument {
    static func id(_ key: DataKey) -> String { "\(key.kind.rawValue)/\(key.id)" }

    static func filter(_ key: DataKey) -> BSONDocument { ["_id": .string(id(key))] }

    /// Adds a record where there is none of its key; done twice, it is there once.
    static func insert(_ record: DataRecord) -> MongoWrite {
        let update = BSONDocument { writer in
            writer.append(documentFor: "$setOnInsert") { append(record, to: &$0) }
        }
        return .update(filter(record.key), update, upsert: true)
    }

    static func replace(_ record: DataRecord) -> MongoWrite {
        let document = BSONDocument { writer in
            writer.append(id(record.key), for: "_id")
            append(record, to: &writer)
        }
        return .replace(filter(record.key), with: document, upsert: true)
    }

    private static func append(_ record: DataRecord, to writer: inout BSONWriter) {
        let (milliseconds, micros) = record.created.milliseconds
        writer.append(record.key.kind.rawValue, for: "kind")
        writer.append(record.key.id, for: "id")
        writer.append(record.name, for: "name")
        writer.append(arrayOf: record.uses, for: "uses") { $0.append(id($1), for: $2) }
        if let job = record.job { writer.append(job.rawValue, for: "job") }
        writer.append(record.username, for: "username")
        writer.append(milliseconds: milliseconds, for: "created")
        if micros != 0 { writer.append(micros, for: "micros") }
        writer.append(held: .object(record.document), for: "document")
    }

    /// The record that a document holds.
    static func record(_ document: BSONDocument) throws(UnreadableRecord) -> DataRecord {
        var record = try head(document)
        guard let held = try? document.held("document") else {
            throw UnreadableRecord(id: id(record.key))
        }
        record.document = held.objectValue ?? [:]
        return record
    }

    /// The record that a document holds, without the record's own document.
    static func head(_ document: BSONDocument) throws(UnreadableRecord) -> DataRecord {
        let id = document["_id"]?.stringValue ?? ""
        guard let key = key(id),
            let name = document["name"]?.stringValue,
            let username = document["username"]?.stringValue,
            let created = document["created"].flatMap({ Timestamp($0) })
        else { throw UnreadableRecord(id: id) }
        let uses = (document["uses"]?.arrayValue ?? []).compactMap {
            $0.stringValue.flatMap(Self.key)
        }
        return DataRecord(
            key: key,
            name: name,
            uses: uses,
            job: document["job"]?.stringValue.flatMap { JobID($0) },
            username: username,
            created: created
                + .microseconds(min(max(document["micros"]?.integerValue ?? 0, 0), 999)),
            document: [:]
        )
    }

    private static func key(_ text: String) -> DataKey? {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let kind = DataKind(rawValue: String(parts[0])) else { return nil }
        return DataKey(kind, String(parts[1]))
    }
}

/// A document among the records that is none.
struct UnreadableRecord: Error, CustomStringConvertible {
    let id: String

    var description: String { "the document of \(id) in data cannot be read" }
}
