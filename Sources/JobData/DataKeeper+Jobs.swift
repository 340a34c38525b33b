public import JSON
public import JobModel
public import JobRunning
import JobStorage
public import JobTasks
import Logging
import SystemPackage
import Threads

extension DataKeeper {
    /// Checks that what a new job's arguments name is there.
    ///
    /// - Parameters:
    ///   - args: The arguments, checked otherwise.
    ///   - task: The job's task.
    /// - Throws: `badArguments` for the first that names nothing, or `storeUnavailable`.
    public func check(
        _ args: JSONObject,
        of task: TaskDescription
    ) async throws(DataError) {
        for named in task.named(by: args) {
            guard let key = named.key, let record = try await stored(key) else {
                let message = try await absence(of: named.kind, named.id)
                throw .badArguments(field: named.field, message: message)
            }
            guard let isThere = await isThere(key) else {
                throw .disk(message: "the file system does not answer: \(key.path)")
            }
            if let problem = obstacle(to: record, isThere: isThere) {
                throw .badArguments(field: named.field, message: problem)
            }
            guard task.isAnalysis, named.kind == .reference else { continue }
            let newest: DataRecord?
            do throws(DataStoreError) {
                newest = try await newestIndex(of: key)
            } catch {
                throw unavailable(error)
            }
            if newest == nil {
                throw .badArguments(field: named.field, message: Self.lacksIndex(named.id))
            }
        }
    }

    /// What the catalogue says of the things that a job's arguments name, and of those they use.
    public func inputs(
        for order: LaunchOrder,
        of task: TaskDescription
    ) async throws(JobDataProblem) -> [DataKind: DataRecord] {
        var inputs: [DataKind: DataRecord] = [:]
        var seconds: [DataRecord] = []
        for named in task.named(by: order.args) where !named.isListed {
            let record = try await input(named)
            let key = record.key
            inputs[named.kind] = record
            switch named.kind {
            case .reference:
                if let index = try await asked({ (_) throws(DataStoreError) in
                    try await newestIndex(of: key)
                }) {
                    seconds.append(index)
                } else if task.isAnalysis {
                    throw JobDataProblem(Self.lacksIndex(named.id))
                }
            case .sample:
                for used in record.uses {
                    if let record = try await input(used) { seconds.append(record) }
                }
            case .host, .index, .analysis: break
            }
        }
        for record in seconds where inputs[record.key.kind] == nil {
            inputs[record.key.kind] = record
        }
        for record in inputs.values.sorted(by: { $0.key < $1.key }) { try await checkFiles(record) }
        return inputs
    }

    /// What the catalogue says of the things that lists among a job's arguments name, each once.
    public func listedInputs(
        for order: LaunchOrder,
        of task: TaskDescription
    ) async throws(JobDataProblem) -> [DataRecord] {
        var records: [DataRecord] = []
        for named in task.named(by: order.args) where named.isListed {
            let record = try await input(named)
            guard !records.contains(where: { $0.key == record.key }) else { continue }
            try await checkFiles(record)
            records.append(record)
        }
        return records
    }

    private func input(_ named: NamedData) async throws(JobDataProblem) -> DataRecord {
        guard let key = named.key, let record = try await input(key) else {
            throw JobDataProblem("there is no \(named.kind.rawValue) '\(named.id)' any more")
        }
        return record
    }

    /// A store may be shared; files are where the job that made them ran.
    private func checkFiles(_ record: DataRecord) async throws(JobDataProblem) {
        var isThere = await isThere(record.key)
        while isThere == nil, !Task.isCancelled { isThere = await self.isThere(record.key) }
        if let problem = obstacle(to: record, isThere: isThere ?? false) {
            throw JobDataProblem(problem)
        }
    }

    private func input(_ key: DataKey) async throws(JobDataProblem) -> DataRecord? {
        try await asked { (store) throws(DataStoreError) in try await store.record(key) }
    }

    private func asked<Value: Sendable>(
        _ ask: (any DataStore) async throws(DataStoreError) -> Value
    ) async throws(JobDataProblem) -> Value {
        do throws(DataStoreError) {
            return try await patiently(ask)
        } catch {
            throw JobDataProblem("the store does not answer: \(error.reason)")
        }
    }

    /// Why no job can work on something that has a record.
    private func obstacle(to record: DataRecord, isThere: Bool) -> String? {
        let key = record.key
        if leaving.contains(key) { return "the \(key.kind.rawValue) '\(key.id)' is being removed" }
        guard isThere else {
            return "the files of the \(key.kind.rawValue) '\(key.id)' are not in this server's "
                + "data folder: \(key.path) is missing"
        }
        return nil
    }

    private static func lacksIndex(_ reference: String) -> String {
        "the reference \(reference) has no index yet; run rebuild_index first"
    }

    // MARK: What jobs make

    /// Puts what a job has made into the catalogue; done again, it is there once.
    public func keep(_ record: DataRecord) async throws(JobDataProblem) {
        do throws(DataStoreError) {
            try await patiently { (store) throws(DataStoreError) in try await store.insert(record) }
        } catch {
            guard case .conflict(let key) = error else {
                throw JobDataProblem("the store does not answer: \(error.reason)")
            }
            throw JobDataProblem(
                "the catalogue has another \(key.kind.rawValue) '\(key.id)' already; "
                    + "remove it or choose another _id"
            )
        }
        noteVersions(of: record)
    }

    /// Removes the files of what a job has made and the catalogue will not have.
    public func discard(_ record: DataRecord) async {
        let isInPlace = await files.complete(in: folders.place(of: record.key).string) {
            [folders] in folders.isInPlace(record)
        }
        guard isInPlace else { return }
        do {
            if let trash = try await moveToTrash(record.key) { delete(trash) }
        } catch {
            logger.warning(
                "what a job has made cannot be removed",
                metadata: ["path": "\(record.key.path)", "error": "\(error)"]
            )
        }
    }
}
