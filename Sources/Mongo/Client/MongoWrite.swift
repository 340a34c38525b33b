/// One write of a bulk.
public enum MongoWrite: Hashable, Sendable {
    /// Adds a document, which has its `_id`.
    case insert(BSONDocument)
    /// Changes the first document, or all, that a filter chooses.
    ///
    /// The update is operators such as `$set`, or ``BSONDocument/pipeline(_:)``.
    case update(BSONDocument, BSONDocument, upsert: Bool = false, many: Bool = false)
    /// Puts a whole document in the place of the first one that a filter chooses.
    case replace(BSONDocument, with: BSONDocument, upsert: Bool = false)
    /// Removes the first document, or all, that a filter chooses.
    case remove(BSONDocument, many: Bool = false)
}

/// What a bulk has done.
public struct MongoBulkResult: Hashable, Sendable {
    /// A write that the server refused.
    public struct Refusal: Hashable, Sendable {
        /// Which of the bulk's writes.
        public let index: Int
        /// The server's number of the reason, 11000 for a key that there is already.
        public let code: Int
        /// The server's words.
        public let message: String
    }

    /// How many documents were added.
    public let inserted: Int
    /// How many documents the filters of updates and replacements chose.
    public let matched: Int
    /// How many of these are different now.
    public let modified: Int
    /// How many documents were removed.
    public let removed: Int
    /// Ids of documents that were added because a filter chose none, by the index of the write.
    public let upserted: [Int: BSONValue]
    /// What was refused; of an ordered bulk at most one write, after which none was tried.
    public let refusals: [Refusal]
    /// Whether what was done may be lost with the primary.
    public let isDurabilityUnknown: Bool

    init(_ reply: BSONDocument) {
        inserted = reply["nInserted"]?.integerValue ?? 0
        matched = reply["nMatched"]?.integerValue ?? 0
        modified = reply["nModified"]?.integerValue ?? 0
        removed = reply["nRemoved"]?.integerValue ?? 0
        var upserted: [Int: BSONValue] = [:]
        for entry in reply["upserted"]?.arrayValue ?? [] {
            if let entry = entry.documentValue, let index = entry["index"]?.integerValue {
                upserted[index] = entry["_id"]
            }
        }
        self.upserted = upserted
        refusals = (reply["writeErrors"]?.arrayValue ?? []).compactMap { entry in
            guard let entry = entry.documentValue, let index = entry["index"]?.integerValue,
                let code = entry["code"]?.integerValue
            else { return nil }
            return Refusal(index: index, code: code, message: entry["errmsg"]?.stringValue ?? "")
        }
        isDurabilityUnknown = !(reply["writeConcernErrors"]?.arrayValue ?? []).isEmpty
    }
}

extension BSONDocument {
    /// An update that is computed by stages, such as `$set` with `$$NOW`.
    ///
    /// - Parameter stages: One after another.
    /// - Returns: The stages, numbered from 0, which is how an array goes over the wire.
    public static func pipeline(_ stages: [BSONDocument]) -> BSONDocument {
        BSONDocument { writer in
            for (index, stage) in stages.enumerated() {
                writer.append(stage, for: "\(index)")
            }
        }
    }

    /// Adds fields, but none twice: the others come first.
    func merging(_ other: BSONDocument) -> BSONDocument {
        if other.isEmpty { return self }
        return BSONDocument { writer in
            for (key, value) in other {
                writer.append(value, for: key)
            }
            for (key, value) in self where other[key] == nil {
                writer.append(value, for: key)
            }
        }
    }
}
