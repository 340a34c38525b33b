import JSON
public import JobModel
public import JobRunning
public import JobStorage
import JobTasks
public import Logging
import SystemPackage
import Threads

/// Keeps what jobs make and people bring along: records in the store, files in the data folder.
///
/// A record and its folder come and go at different moments, so their order is what makes
/// a crash harmless: the folder comes first and goes first, by one rename each; what is
/// found half done at the next start is brought to its end by what the store says.
public actor DataKeeper: JobDataKeeper {
    let store: any DataStore
    let folders: DataFolders
    let now: @Sendable () -> Timestamp
    let logger: Logger

    /// What is just being removed; no job may begin with it.
    var leaving: Set<DataKey> = []
    /// References that may have versions of their index that nobody needs any more.
    var stale: Set<String> = []
    var uploads = Uploads()
    var summaries = KnownSummaries()
    /// Touches files, so that a file system that hangs holds up those who ask for it and nobody else.
    let files = BlockingPool(threads: 8, name: "data")
    /// Reads samples, which may take minutes; so two at a time, whoever asks.
    let readers = BlockingPool(threads: 2, name: "reads")

    /// Makes a keeper that has not begun.
    ///
    /// - Parameters:
    ///   - store: Where records are kept.
    ///   - folders: Where files are kept.
    ///   - now: The time.
    ///   - logger: For what an operator should know.
    public init(
        store: any DataStore,
        folders: DataFolders,
        now: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) {
        self.store = store
        self.folders = folders
        self.now = now
        self.logger = logger
    }

    /// Brings to its end what an earlier server was about to do.
    ///
    /// - Throws: That the store does not answer.
    public func begin() async throws(DataStoreError) {
        discardUploads()
        try await settleTrash()
        for index in try await all(.index) { noteVersions(of: index) }
    }

    // MARK: Looking

    /// One record.
    ///
    /// - Parameters:
    ///   - kind: What it is.
    ///   - id: Its name.
    /// - Returns: The record.
    /// - Throws: `notFound`, or `storeUnavailable`.
    public func record(_ kind: DataKind, _ id: String) async throws(DataError) -> DataRecord {
        if let key = DataKey(kind, id), let record = try await stored(key) { return record }
        throw .notFound(kind, id: id, message: try await absence(of: kind, id))
    }

    /// One record with its whole document, also where that is too large for the store.
    ///
    /// - Parameters:
    ///   - kind: What it is.
    ///   - id: Its name.
    /// - Returns: The record. If the file that has the rest is not here, or larger than can be sent, the document says
    ///   where it is, in its member `omitted`.
    /// - Throws: `notFound`, or `storeUnavailable`.
    public func wholeRecord(_ kind: DataKind, _ id: String) async throws(DataError) -> DataRecord {
        var record = try await record(kind, id)
        guard record.isCut else { return record }
        // Not the path that the record names: whoever could write there could have any file read.
        let file = folders.place(of: record.key).appending(TaskContext.documentFile(of: kind))
        let bytes = await files.run(in: file.string) {
            try? Files.read(file, limit: Self.largestWhole)
        }
        // Apart from the file system, which has a time to answer in.
        if let bytes = bytes ?? nil, let document = await Self.parse(bytes) {
            record.document = document
        }
        return record
    }

    @concurrent
    private static func parse(_ bytes: [UInt8]) async -> JSONObject? {
        try? JSONValue(parsing: bytes).objectValue
    }

    /// How many bytes of a document are sent in one answer.
    private static let largestWhole = 64 << 20

    /// A page of the records of a kind, in the order of their ids.
    ///
    /// - Parameters:
    ///   - kind: Which kind.
    ///   - id: Where the page before ended; nil for the first page.
    ///   - limit: How many at most.
    /// - Returns: The records, and where the next page begins; nil if there is none.
    /// - Throws: `storeUnavailable`.
    public func page(
        of kind: DataKind,
        after id: String?,
        limit: Int
    ) async throws(DataError) -> (records: [DataRecord], after: String?) {
        let found: [DataRecord]
        do throws(DataStoreError) {
            found = try await store.records(of: kind, after: id, limit: limit + 1)
        } catch {
            throw unavailable(error)
        }
        let page = Array(found.prefix(limit))
        return (page, found.count > limit ? page.last?.key.id : nil)
    }

    func stored(_ key: DataKey) async throws(DataError) -> DataRecord? {
        do throws(DataStoreError) {
            return try await store.record(key)
        } catch {
            throw unavailable(error)
        }
    }

    /// All records of a kind.
    func all(_ kind: DataKind) async throws(DataStoreError) -> [DataRecord] {
        var records: [DataRecord] = []
        while true {
            let page = try await store.records(
                of: kind,
                after: records.last?.key.id,
                limit: Self.pageSize
            )
            records += page
            if page.count < Self.pageSize { return records }
        }
    }

    private static let pageSize = 500

    /// Says that there is no such thing, and what may have been meant or must be done first.
    ///
    /// Of very many records the first are looked at, for anybody may ask for what there is not.
    func absence(of kind: DataKind, _ id: String) async throws(DataError) -> String {
        let records: [DataRecord]
        do throws(DataStoreError) {
            records = try await store.records(of: kind, after: nil, limit: Self.pageSize)
        } catch {
            throw unavailable(error)
        }
        let sentence = "there is no \(kind.rawValue) '\(id)'"
        if records.isEmpty { return sentence + kind.beginning }
        if let record = records.first(where: { $0.name == id }) {
            return sentence + "; did you mean '\(record.key.id)'?"
        }
        guard let meant = Spelling.nearest(to: id, among: records.map(\.key.id)) else {
            return sentence
        }
        return sentence + "; did you mean '\(meant)'?"
    }

    // MARK: Files

    /// Does something with files, for as long as it takes, while this actor goes on.
    func onDisk<Value: Sendable>(
        _ path: FilePath,
        _ body: @escaping @Sendable () throws(Errno) -> Value
    ) async throws(Errno) -> Value {
        try await files.complete(in: path.string) {
            Result { () throws(Errno) in try body() }
        }.get()
    }

    /// Whether the folder of something that is kept is there; nil if its file system does not answer.
    func isThere(_ key: DataKey) async -> Bool? {
        let place = folders.place(of: key)
        return await files.run(in: place.string) { Files.exists(place) }
    }

    func unavailable(_ error: DataStoreError) -> DataError {
        logger.warning("the catalogue does not answer", metadata: ["error": "\(error)"])
        return .storeUnavailable
    }

    /// Asks the store again and again until it answers, or the task is cancelled.
    func patiently<Value: Sendable>(
        _ ask: (any DataStore) async throws(DataStoreError) -> Value
    ) async throws(DataStoreError) -> Value {
        var pause = Duration.milliseconds(20)
        while true {
            do throws(DataStoreError) {
                return try await ask(store)
            } catch {
                guard case .unavailable = error, !Task.isCancelled else { throw error }
                logger.warning(
                    "the catalogue does not answer; asking again",
                    metadata: ["error": "\(error)"]
                )
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(2))
            }
        }
    }
}

extension DataKind {
    /// How the first of a kind comes about.
    fileprivate var beginning: String {
        switch self {
        case .host: ", nor any other; add_host makes one"
        case .reference: ", nor any other; jobsync data import-reference brings one along"
        case .index: ", nor any other; rebuild_index makes one"
        case .sample: ", nor any other; create_sample makes one"
        case .analysis: ", nor any other"
        }
    }
}
