public import JobModel
public import JobStorage
import Mongo

extension MongoJobStore: DataStore {
    /// One record.
    public func record(_ key: DataKey) async throws(DataStoreError) -> DataRecord? {
        try await find(DataDocument.filter(key), limit: 1).first
    }

    /// The records of a kind in the order of their ids.
    public func records(
        of kind: DataKind,
        after id: String?,
        limit: Int
    ) async throws(DataStoreError) -> [DataRecord] {
        guard limit > 0 else { return [] }
        return try await pages.run { () throws(DataStoreError) in
            try await find(
                ["kind": .string(kind.rawValue), "id": ["$gt": .string(id ?? "")]],
                limit: limit
            )
        }
    }

    /// The records that say that they were made from something.
    public func users(of key: DataKey) async throws(DataStoreError) -> [DataRecord] {
        try await find(["uses": .string(DataDocument.id(key))], limit: 0).sorted { $0.key < $1.key }
    }

    /// Adds a record; the record of the same job once more is fine.
    public func insert(_ record: DataRecord) async throws(DataStoreError) {
        // Whatever became of the write, and however often it was sent: what is there now tells.
        try await writeData(DataDocument.insert(record))
        guard try await self.record(record.key)?.isSame(as: record) != false else {
            throw .conflict(record.key)
        }
    }

    /// Puts a record in the place of any that there is of its key.
    public func replace(_ record: DataRecord) async throws(DataStoreError) {
        try await writeData(DataDocument.replace(record))
    }

    /// Removes a record; one that is not there is fine.
    public func remove(_ key: DataKey) async throws(DataStoreError) {
        try await writeData(.remove(DataDocument.filter(key)))
    }

    // MARK: Connections

    private func find(
        _ filter: BSONDocument,
        limit: Int
    ) async throws(DataStoreError) -> [DataRecord] {
        let options: BSONDocument = [
            "sort": ["kind": 1, "id": 1], "limit": .int64(Int64(limit)),
        ]
        do throws(JobStoreError) {
            let documents = try await ask { [layout] (client) throws(MongoError) in
                try client.find(layout.data, filter, options: options)
            }
            return try documents.map(Self.record)
        } catch {
            throw DataStoreError(error)
        }
    }

    private static func record(_ document: BSONDocument) throws(JobStoreError) -> DataRecord {
        do throws(UnreadableRecord) {
            return try DataDocument.record(document)
        } catch {
            throw .unavailable("\(error)")
        }
    }

    private func writeData(_ write: MongoWrite) async throws(DataStoreError) {
        do throws(JobStoreError) {
            try await self.write([write], to: layout.data)
        } catch {
            throw DataStoreError(error)
        }
    }
}
