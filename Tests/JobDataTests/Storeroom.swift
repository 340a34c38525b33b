import JSON
import JobData
import JobModel
import JobRunning
import JobStorage
import JobTasks
import Logging
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// A data folder, a store in memory that can be made to fail, and keepers over both.
final class Storeroom: Sendable {
    let folders: DataFolders
    let store = FlakyStore()
    private let scratch: ScratchFolder

    init() throws {
        scratch = try ScratchFolder()
        folders = DataFolders(data: FilePath(scratch.path))
    }

    func makeKeeper() -> DataKeeper {
        DataKeeper(
            store: store,
            folders: folders,
            now: { Timestamp(microseconds: 1_700_000_000_000_000) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// Puts something into its place, as a job does, and into the catalogue.
    @discardableResult
    func keep(
        _ kind: DataKind,
        _ id: String,
        uses: [DataKey] = [],
        job: String? = "j1",
        document: JSONObject = [:],
        isInCatalogue: Bool = true
    ) async throws -> DataRecord {
        let record = DataRecord(
            key: try #require(DataKey(kind, id)),
            name: "the \(id)",
            uses: uses,
            job: job.flatMap { JobID($0) },
            username: "igboyes",
            created: Timestamp(microseconds: 1_700_000_000_000_000),
            document: document
        )
        let place = folders.place(of: record.key)
        try Files.makeFolder(place)
        try Files.write(
            JSONValue.object(record.whole).encoded,
            to: place.appending(TaskContext.recordFile)
        )
        if isInCatalogue { try await store.insert(record) }
        return record
    }

    /// A version of the index of a reference.
    @discardableResult
    func keepIndex(_ version: Int, of reference: DataRecord) async throws -> DataRecord {
        try await keep(
            .index,
            "\(reference.key.id).\(version)",
            uses: [reference.key],
            document: ["version": .integer(version)]
        )
    }

    func isInPlace(_ record: DataRecord) -> Bool { folders.isInPlace(record) }

    /// Waits until what was moved away is deleted.
    func waitForEmptyTrash() async throws {
        let trash = folders.data.appending("trash")
        while Files.exists(trash), try !Files.names(in: trash).isEmpty {
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}

/// A store of records whose calls fail as a test wants.
final class FlakyStore: DataStore {
    enum Failure: Sendable {
        case before
        case after
    }

    let inner = InMemoryJobStore()
    private let failures = Mutex<[String: [Failure]]>([:])

    /// Makes the next calls of a kind fail: `insert`, `remove`, `replace` or `read`.
    func fail(_ call: String, _ how: Failure...) {
        failures.withLock { $0[call, default: []] += how }
    }

    private func next(_ call: String) -> Failure? {
        failures.withLock { failures in
            guard failures[call]?.isEmpty == false else { return nil }
            return failures[call]?.removeFirst()
        }
    }

    private func failing<Value>(
        _ call: String,
        _ body: () async throws(DataStoreError) -> Value
    ) async throws(DataStoreError) -> Value {
        let failure = next(call)
        if failure == .before { throw .unavailable("made to fail before") }
        let value = try await body()
        if failure == .after { throw .unavailable("made to fail after") }
        return value
    }

    func record(_ key: DataKey) async throws(DataStoreError) -> DataRecord? {
        try await failing("read") { () throws(DataStoreError) in await inner.record(key) }
    }

    func records(
        of kind: DataKind,
        after id: String?,
        limit: Int
    ) async throws(DataStoreError) -> [DataRecord] {
        try await failing("read") { () throws(DataStoreError) in
            await inner.records(of: kind, after: id, limit: limit)
        }
    }

    func heads(
        of kind: DataKind,
        after id: String?,
        limit: Int
    ) async throws(DataStoreError) -> [DataRecord] {
        try await failing("read") { () throws(DataStoreError) in
            await inner.heads(of: kind, after: id, limit: limit)
        }
    }

    func users(of key: DataKey) async throws(DataStoreError) -> [DataRecord] {
        try await failing("read") { () throws(DataStoreError) in await inner.users(of: key) }
    }

    func insert(_ record: DataRecord) async throws(DataStoreError) {
        try await failing("insert") { () throws(DataStoreError) in try await inner.insert(record) }
    }

    func replace(_ record: DataRecord) async throws(DataStoreError) {
        try await failing("replace") { () throws(DataStoreError) in await inner.replace(record) }
    }

    func remove(_ key: DataKey) async throws(DataStoreError) {
        try await failing("remove") { () throws(DataStoreError) in await inner.remove(key) }
    }
}
