public import JobModel
public import JobStorage
import Mongo

extension MongoJobStore: DataStore {
    /// One record.
    public func record(_ key: DataKey) async throws(DataStoreError) -> DataRecord? {
        let documents = try await documents(DataDocument.filter(key), limit: 1)
        do throws(UnreadableRecord) {
            return try documents.first.map(DataDocument.record)
        } catch {
            throw .unavailable("\(error)")
        }
    }

    /// The records of a kind in the order of their ids.
    public func records(
        of kind: DataKind,
        after id: String?,
        limit: Int
    ) async throws(DataStoreError) -> [DataRecord] {
        try await page(of: kind, after: id, limit: limit, withDocuments: true)
    }

    /// The records of a kind in the order of their ids, without their documents.
    public func heads(
        of kind: DataKind,
        after id: String?,
        limit: Int
    ) async throws(DataStoreError) -> [DataRecord] {
        try await page(of: kind, after: id, limit: limit, withDocuments: false)
    }

    private func page(
        of kind: DataKind,
        after id: String?,
        limit: Int,
        withDocuments: Bool
    ) async throws(DataStoreError) -> [DataRecord] {
        guard limit > 0 else { return [] }
        return try await pages.run { () throws(DataStoreError) in
            try await find(
                ["kind": .string(kind.rawValue), "id": ["$gt": .string(id ?? "")]],
                limit: limit,
                withDocuments: withDocuments
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
        let stored = try await documents(DataDocument.filter(record.key), limit: 1).first
        let isOther = stored.map { readable($0)?.isSame(as: record) != true } ?? false
        if isOther { throw .conflict(record.key) }
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

    /// Finds records; those that cannot be read are set aside, and others take their places.
    private func find(
        _ filter: BSONDocument,
        limit: Int,
        withDocuments: Bool = true
    ) async throws(DataStoreError) -> [DataRecord] {
        var wanted = limit
        while true {
            let documents = try await documents(filter, limit: wanted, withDocuments: withDocuments)
            let found = documents.compactMap { readable($0, withDocument: withDocuments) }
            if found.count >= limit || documents.count < wanted || limit == 0 {
                return limit == 0 ? found : Array(found.prefix(limit))
            }
            wanted *= 2
        }
    }

    private func readable(_ document: BSONDocument, withDocument: Bool = true) -> DataRecord? {
        do throws(UnreadableRecord) {
            return try withDocument ? DataDocument.record(document) : DataDocument.head(document)
        } catch {
            reader.unreadable.add(SetAside(.record, error.id, because: "it is no record"))
            return nil
        }
    }

    private func documents(
        _ filter: BSONDocument,
        limit: Int,
        withDocuments: Bool = true
    ) async throws(DataStoreError) -> [BSONDocument] {
        let options: BSONDocument = [
            "sort": ["kind": 1, "id": 1], "limit": .int64(Int64(limit)),
            "projection": withDocuments ? [:] : ["document": 0],
        ]
        do throws(JobStoreError) {
            return try await ask { [layout] (client) throws(MongoError) in
                try client.find(layout.data, filter, options: options)
            }
        } catch {
            throw DataStoreError(error)
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
