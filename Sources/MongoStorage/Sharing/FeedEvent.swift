import Mongo

/// An event of a change stream, taken apart.
struct FeedEvent {
    /// Such as `insert` or `update`.
    let kind: String
    let collection: String
    /// The `_id` of the document that was changed, if it is a text.
    let id: String
    /// The document, as it is or was looked up.
    let full: BSONDocument?
    private let updated: BSONDocument?

    init(_ document: BSONDocument) {
        var (kind, collection, id) = ("", "", "")
        var (full, updated): (BSONDocument?, BSONDocument?)
        for (key, value) in document {
            switch key {
            case "operationType": kind = value.stringValue ?? ""
            case "ns": collection = value.documentValue?["coll"]?.stringValue ?? ""
            case "documentKey": id = value.documentValue?["_id"]?.stringValue ?? ""
            case "fullDocument": full = value.documentValue
            case "updateDescription": updated = value.documentValue?["updatedFields"]?.documentValue
            default: break
            }
        }
        self.kind = kind
        self.collection = collection
        self.id = id
        self.full = full
        self.updated = updated
    }

    /// A field's new value, if the event has given it one.
    func changed(_ field: String) -> BSONValue? {
        kind == "update" ? updated?[field] : full?[field]
    }

    /// Whether an update touched more than one field.
    func hasChanged(otherThan field: String) -> Bool {
        updated?.contains { $0.key != field } != false
    }
}
