public import JSON

/// What the catalogue says of one thing that is kept.
public struct DataRecord: Hashable, Sendable {
    /// What it is, and its name.
    public let key: DataKey
    /// What people call it.
    public var name: String
    /// What it was made from and cannot do without.
    public var uses: [DataKey]
    /// The job that made it; nil for what somebody brought along.
    public var job: JobID?
    /// Who wanted it.
    public var username: String
    /// When it was made.
    public var created: Timestamp
    /// All else that is known of it; its members depend on the kind.
    public var document: JSONObject

    /// Describes something that is kept.
    ///
    /// - Parameters:
    ///   - key: What it is, and its name.
    ///   - name: What people call it.
    ///   - uses: What it was made from.
    ///   - job: The job that made it.
    ///   - username: Who wanted it.
    ///   - created: When it was made.
    ///   - document: All else that is known of it.
    public init(
        key: DataKey,
        name: String,
        uses: [DataKey] = [],
        job: JobID? = nil,
        username: String,
        created: Timestamp,
        document: JSONObject = [:]
    ) {
        self.key = key
        self.name = name
        self.uses = uses
        self.job = job
        self.username = username
        self.created = created
        self.document = document
    }

    /// The record as one JSON object.
    public var whole: JSONObject {
        var whole: JSONObject = [
            "_id": .string(key.id),
            "kind": .string(key.kind.rawValue),
            "name": .string(name),
            "username": .string(username),
            "created": .string(created.description),
            "uses": .array(
                uses.map { ["kind": .string($0.kind.rawValue), "_id": .string($0.id)] }
            ),
            "document": .object(document),
        ]
        whole["job"] = job.map { .string($0.rawValue) }
        return whole
    }

    /// Reads what ``whole`` wrote; nil if a part is missing or of another type.
    ///
    /// - Parameter whole: The record as JSON.
    public init?(whole: JSONValue) {
        guard let kind = whole["kind"]?.stringValue.flatMap(DataKind.init(rawValue:)),
            let key = whole["_id"]?.stringValue.flatMap({ DataKey(kind, $0) }),
            let name = whole["name"]?.stringValue,
            let username = whole["username"]?.stringValue,
            let created = whole["created"]?.stringValue.flatMap({ Timestamp($0) })
        else { return nil }
        let uses = (whole["uses"]?.arrayValue ?? []).compactMap { user -> DataKey? in
            guard let kind = user["kind"]?.stringValue.flatMap(DataKind.init(rawValue:)),
                let id = user["_id"]?.stringValue
            else { return nil }
            return DataKey(kind, id)
        }
        self.init(
            key: key,
            name: name,
            uses: uses,
            job: whole["job"]?.stringValue.flatMap { JobID($0) },
            username: username,
            created: created,
            document: whole["document"]?.objectValue ?? [:]
        )
    }
}
