import GRDB
import JSON
public import JobModel
public import JobStorage

extension SQLiteJobStore: DataStore {
    /// One record.
    public func record(_ key: DataKey) async throws(DataStoreError) -> DataRecord? {
        try await readData { try Self.record(key, $0.db) }
    }

    /// The records of a kind in the order of their ids.
    public func records(
        of kind: DataKind,
        after id: String?,
        limit: Int
    ) async throws(DataStoreError) -> [DataRecord] {
        try await page(of: kind, after: id, limit: limit, record: "record")
    }

    /// The records of a kind in the order of their ids, without their documents.
    public func heads(
        of kind: DataKind,
        after id: String?,
        limit: Int
    ) async throws(DataStoreError) -> [DataRecord] {
        // A text that is none is left as it is, for one that cannot be read must not hide all others.
        let head = "iif(json_valid(record), json_remove(record, '$.document'), record)"
        return try await page(of: kind, after: id, limit: limit, record: head)
    }

    private func page(
        of kind: DataKind,
        after id: String?,
        limit: Int,
        record: String
    ) async throws(DataStoreError) -> [DataRecord] {
        try await pages.run { () throws(DataStoreError) in
            try await readData { reader in
                let sql = """
                    SELECT kind, id, \(record) FROM data WHERE kind = ? AND id > ? ORDER BY id
                    """
                let arguments: StatementArguments = [kind.rawValue, id ?? ""]
                let rows = try Row.fetchCursor(reader.db, sql: sql, arguments: arguments)
                var records: [DataRecord] = []
                // Not limited by SQL: others take the places of those that cannot be read.
                while records.count < limit, let row = try rows.next() {
                    if let record = Self.readableRecord(in: row, reader) { records.append(record) }
                }
                return records
            }
        }
    }

    /// The records that say that they were made from something.
    public func users(of key: DataKey) async throws(DataStoreError) -> [DataRecord] {
        try await readData { reader in
            let sql = """
                SELECT kind, id, data.record FROM data_uses JOIN data USING (kind, id)
                WHERE used_kind = ? AND used_id = ?
                """
            return try Row.fetchAll(reader.db, sql: sql, arguments: [key.kind.rawValue, key.id])
                .compactMap { Self.readableRecord(in: $0, reader) }.sorted { $0.key < $1.key }
        }
    }

    /// Adds a record; the record of the same job once more is fine.
    public func insert(_ record: DataRecord) async throws(DataStoreError) {
        let isConflict = try await writeData { db in
            do {
                if let stored = try Self.record(record.key, db) {
                    return !stored.isSame(as: record)
                }
            } catch is UnreadableRecord {
                return true
            }
            try Self.put(record, db)
            return false
        }
        if isConflict { throw .conflict(record.key) }
    }

    /// Puts a record in the place of any that there is of its key.
    public func replace(_ record: DataRecord) async throws(DataStoreError) {
        try await writeData { db in
            try Self.remove(record.key, db)
            try Self.put(record, db)
        }
    }

    /// Removes a record; one that is not there is fine.
    public func remove(_ key: DataKey) async throws(DataStoreError) {
        try await writeData { try Self.remove(key, $0) }
    }

    // MARK: Rows

    private static func record(_ key: DataKey, _ db: Database) throws -> DataRecord? {
        let sql = "SELECT record FROM data WHERE kind = ? AND id = ?"
        return try String.fetchOne(db, sql: sql, arguments: [key.kind.rawValue, key.id])
            .map(record(in:))
    }

    private static func record(in text: String) throws(UnreadableRecord) -> DataRecord {
        let whole: JSONValue
        do throws(JSONParseError) {
            whole = try JSONValue(parsing: text, maximumDepth: JobReader.maximumDepth)
        } catch {
            throw UnreadableRecord(reason: "\(error)")
        }
        guard let record = DataRecord(whole: whole) else {
            throw UnreadableRecord(reason: "a part is missing or of another type")
        }
        return record
    }

    /// The record in a row; nil if it cannot be read, which is told to the log once.
    private static func readableRecord(in row: Row, _ reader: JobReader) -> DataRecord? {
        do throws(UnreadableRecord) {
            return try record(in: row[2])
        } catch {
            let name = "\(row[0] as String)/\(row[1] as String)"
            reader.setAside.add(SetAside(.record, name, because: error.reason))
            return nil
        }
    }

    private static func put(_ record: DataRecord, _ db: Database) throws {
        let (kind, id) = (record.key.kind.rawValue, record.key.id)
        try db.execute(
            sql: "INSERT INTO data (kind, id, record) VALUES (?, ?, ?)",
            arguments: [kind, id, JSONValue.object(record.whole).description]
        )
        for used in Set(record.uses) {
            try db.execute(
                sql: "INSERT INTO data_uses (used_kind, used_id, kind, id) VALUES (?, ?, ?, ?)",
                arguments: [used.kind.rawValue, used.id, kind, id]
            )
        }
    }

    private static func remove(_ key: DataKey, _ db: Database) throws {
        for table in ["data", "data_uses"] {
            try db.execute(
                sql: "DELETE FROM \(table) WHERE kind = ? AND id = ?",
                arguments: [key.kind.rawValue, key.id]
            )
        }
    }

    // MARK: Connections

    private func readData<Value: Sendable>(
        _ body: @escaping @Sendable (JobReader) throws -> Value
    ) async throws(DataStoreError) -> Value {
        do throws(JobStoreError) {
            return try await read(body)
        } catch {
            throw DataStoreError(error)
        }
    }

    private func writeData<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(DataStoreError) -> Value {
        do throws(JobStoreError) {
            return try await write(body)
        } catch {
            throw DataStoreError(error)
        }
    }
}

/// A row that is no record.
private struct UnreadableRecord: Error, CustomStringConvertible {
    let reason: String

    var description: String { "a record of kept data cannot be read: \(reason)" }
}
