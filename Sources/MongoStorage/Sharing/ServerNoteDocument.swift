import JobStorage
import Mongo

/// What a server says of itself: `{_id: "server.…", host, address, mayLead, beat, seen}`.
enum ServerNoteDocument {
    /// Puts a note in the place of the server's last one.
    static func write(_ note: ServerNote) -> MongoWrite {
        let update = BSONDocument { writer in
            writer.append(documentFor: "$set") { fields in
                fields.append(note.host, for: "host")
                fields.append(note.address, for: "address")
                fields.append(note.mayLead, for: "mayLead")
                fields.append(Int64(note.beat), for: "beat")
            }
            writer.append(["seen": true] as BSONDocument, for: "$currentDate")
        }
        let name = StoreLayout.serverPrefix + note.id
        return .update(["_id": .string(name)], update, upsert: true)
    }

    /// Chooses all notes: `/` is what follows `.` in the order of characters.
    static let filter: BSONDocument = ["_id": ["$gte": "server.", "$lt": "server/"]]

    /// The note that a document holds; nil if it makes no sense.
    static func note(_ document: BSONDocument) -> ServerNote? {
        guard let name = document["_id"]?.stringValue, name.hasPrefix(StoreLayout.serverPrefix)
        else { return nil }
        return ServerNote(
            id: String(name.dropFirst(StoreLayout.serverPrefix.count)),
            host: document["host"]?.stringValue ?? "",
            address: document["address"]?.stringValue ?? "",
            mayLead: document["mayLead"]?.boolValue ?? false,
            beat: document["beat"]?.countValue ?? 0
        )
    }
}
