public import JobModel

/// Where it is written down what jobs have made and somebody has brought along.
///
/// What every such store promises, and `DataStoreContract` in the tests checks:
/// - What was written is durable before the call returns, and seen by every later call.
/// - A key stands for one record; who comes second is told so.
public protocol DataStore: Sendable {
    /// One record.
    ///
    /// - Parameter key: What it describes.
    /// - Returns: The record, or nil if there is none.
    /// - Throws: `unavailable` if the store does not answer.
    func record(_ key: DataKey) async throws(DataStoreError) -> DataRecord?

    /// The records of a kind in the order of their ids, page by page.
    ///
    /// - Parameters:
    ///   - kind: Which kind.
    ///   - id: Where the page before ended; nil for the first page.
    ///   - limit: How many at most.
    /// - Returns: The records; fewer than `limit` means that there are no more.
    /// - Throws: `unavailable` if the store does not answer.
    func records(
        of kind: DataKind,
        after id: String?,
        limit: Int
    ) async throws(DataStoreError) -> [DataRecord]

    /// The records of a kind in the order of their ids, page by page, without their documents, which may be long.
    ///
    /// - Parameters:
    ///   - kind: Which kind.
    ///   - id: Where the page before ended; nil for the first page.
    ///   - limit: How many at most.
    /// - Returns: The records with empty documents; fewer than `limit` means that there are no more.
    /// - Throws: `unavailable` if the store does not answer.
    func heads(
        of kind: DataKind,
        after id: String?,
        limit: Int
    ) async throws(DataStoreError) -> [DataRecord]

    /// The records that say that they were made from something.
    ///
    /// - Parameter key: What they were made from.
    /// - Returns: The records in the order of their keys.
    /// - Throws: `unavailable` if the store does not answer.
    func users(of key: DataKey) async throws(DataStoreError) -> [DataRecord]

    /// Adds a record; the record of the same job once more is fine and changes nothing.
    ///
    /// - Parameter record: What is new.
    /// - Throws: `conflict` if there is another of that key, `unavailable` if it cannot be known
    ///   whether it was added; then it can be added again.
    func insert(_ record: DataRecord) async throws(DataStoreError)

    /// Puts a record in the place of any that there is of its key.
    ///
    /// - Parameter record: What counts from now on.
    /// - Throws: `unavailable` if it cannot be known whether it counts.
    func replace(_ record: DataRecord) async throws(DataStoreError)

    /// Removes a record; one that is not there is fine.
    ///
    /// - Parameter key: What is no longer kept.
    /// - Throws: `unavailable` if it cannot be known whether it was removed.
    func remove(_ key: DataKey) async throws(DataStoreError)
}

/// Why a store of records did not do what it was asked.
public enum DataStoreError: Error, Hashable, Sendable {
    /// There is another record of this key.
    case conflict(DataKey)
    /// The store does not answer, or does not know whether it was done; the text is for the log.
    case unavailable(String)

    /// What happened, in words.
    public var reason: String {
        switch self {
        case .conflict(let key): "there is another \(key)"
        case .unavailable(let reason): reason
        }
    }
}

extension DataRecord {
    /// Whether this and another record of the same key say the same: one job makes one record.
    package func isSame(as other: DataRecord) -> Bool {
        key == other.key && job == other.job && (job != nil || self == other)
    }
}

extension DataStoreError {
    /// What a store of jobs threw while it was asked for records.
    package init(_ error: JobStoreError) {
        switch error {
        case .unavailable(let reason), .notWritten(let reason): self = .unavailable(reason)
        case .conflict, .fenced: self = .unavailable("\(error)")
        }
    }
}
