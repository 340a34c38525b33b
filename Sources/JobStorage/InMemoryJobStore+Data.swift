import JSON
public import JobModel

extension InMemoryJobStore: DataStore {
    /// One record.
    public func record(_ key: DataKey) async -> DataRecord? {
        withData { $0[key] }
    }

    /// The records of a kind in the order of their ids.
    public func records(of kind: DataKind, after id: String?, limit: Int) async -> [DataRecord] {
        let found = withData { $0.values.filter { $0.key.kind == kind && $0.key.id > id ?? "" } }
        return Array(found.sorted { $0.key < $1.key }.prefix(limit))
    }

    /// The records of a kind in the order of their ids, without their documents.
    public func heads(of kind: DataKind, after id: String?, limit: Int) async -> [DataRecord] {
        await records(of: kind, after: id, limit: limit).map { record in
            var head = record
            head.document = [:]
            return head
        }
    }

    /// The records that say that they were made from something.
    public func users(of key: DataKey) async -> [DataRecord] {
        withData { $0.values.filter { $0.uses.contains(key) } }.sorted { $0.key < $1.key }
    }

    /// Adds a record; the record of the same job once more is fine.
    public func insert(_ record: DataRecord) async throws(DataStoreError) {
        let isThere = withData { data in
            if let stored = data[record.key] { return stored.isSame(as: record) }
            data[record.key] = record
            return true
        }
        if !isThere { throw .conflict(record.key) }
    }

    /// Puts a record in the place of any that there is of its key.
    public func replace(_ record: DataRecord) async {
        withData { $0[record.key] = record }
    }

    /// Removes a record; one that is not there is fine.
    public func remove(_ key: DataKey) async {
        withData { $0[key] = nil }
    }
}

extension InMemorySharedStore: DataStore {
    /// One record.
    public func record(_ key: DataKey) async throws(DataStoreError) -> DataRecord? {
        try await passData()
        return await jobs.record(key)
    }

    /// The records of a kind in the order of their ids.
    public func records(
        of kind: DataKind,
        after id: String?,
        limit: Int
    ) async throws(DataStoreError) -> [DataRecord] {
        try await passData()
        return await jobs.records(of: kind, after: id, limit: limit)
    }

    /// The records of a kind in the order of their ids, without their documents.
    public func heads(
        of kind: DataKind,
        after id: String?,
        limit: Int
    ) async throws(DataStoreError) -> [DataRecord] {
        try await passData()
        return await jobs.heads(of: kind, after: id, limit: limit)
    }

    /// The records that say that they were made from something.
    public func users(of key: DataKey) async throws(DataStoreError) -> [DataRecord] {
        try await passData()
        return await jobs.users(of: key)
    }

    /// Adds a record; the record of the same job once more is fine.
    public func insert(_ record: DataRecord) async throws(DataStoreError) {
        try await passData()
        try await jobs.insert(record)
    }

    /// Puts a record in the place of any that there is of its key.
    public func replace(_ record: DataRecord) async throws(DataStoreError) {
        try await passData()
        await jobs.replace(record)
    }

    /// Removes a record; one that is not there is fine.
    public func remove(_ key: DataKey) async throws(DataStoreError) {
        try await passData()
        await jobs.remove(key)
    }

    private func passData() async throws(DataStoreError) {
        do throws(JobStoreError) {
            try await pass()
        } catch {
            throw DataStoreError(error)
        }
    }
}
