import Mongo

/// An event of a change stream, taken apart.
struct FeedEvent: Sendable {
    /// Such as `insert` or `update`.
    let kind: String
    let collection: String
    /// The `_id` of the document that was changed, if it is a text.
    let id: String
    /// When it was committed, by the server's clock.
    let time: BSONValue
    /// The whole document, where the event brings it: not of an update.
    let full: BSONDocument?
    /// What an update has set.
    let updated: BSONDocument

    init(_ document: BSONDocument) {
        var (kind, collection, id) = ("", "", "")
        var time = BSONValue.null
        var full: BSONDocument?
        var updated: BSONDocument = [:]
        for (key, value) in document {
            switch key {
            case "operationType": kind = value.stringValue ?? ""
            case "ns": collection = value.documentValue?["coll"]?.stringValue ?? ""
            case "documentKey": id = value.documentValue?["_id"]?.stringValue ?? ""
            case "clusterTime": time = value
            case "fullDocument": full = value.documentValue
            case "updateDescription":
                updated = value.documentValue?["updatedFields"]?.documentValue ?? [:]
            default: break
            }
        }
        self.kind = kind
        self.collection = collection
        self.id = id
        self.time = time
        self.full = full
        self.updated = updated
    }

    /// A field's new value, if the event has given it one.
    func changed(_ field: String) -> BSONValue? {
        kind == "update" ? updated[field] : full?[field]
    }

    /// Whether an update touched more than one field.
    func hasChanged(otherThan field: String) -> Bool {
        updated.contains { $0.key != field }
    }
}
