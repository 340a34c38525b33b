import JSON
public import JobModel
import JobRunning
import JobStorage
import JobTasks
import Logging

extension DataKeeper {
    /// The newest version of a reference's index, if it has one.
    func newestIndex(of reference: DataKey) async throws(DataStoreError) -> DataRecord? {
        try await indexes(of: reference).max { $0.indexVersion < $1.indexVersion }
    }

    private func indexes(of reference: DataKey) async throws(DataStoreError) -> [DataRecord] {
        try await store.users(of: reference).filter { $0.key.kind == .index }
    }

    /// Takes note that a reference has got an index, so that it may have an older one.
    func noteVersions(of record: DataRecord) {
        guard record.key.kind == .index else { return }
        for used in record.uses where used.kind == .reference { stale.insert(used.id) }
    }

    /// Whether there may be versions of an index that nobody needs any more.
    public var hasOldIndexes: Bool { !stale.isEmpty }

    /// Removes the versions of each index that are not the newest, unless a running job may use them.
    ///
    /// A new job begins with the newest version there is; so what is old before it is
    /// asked which jobs run is used by none but these.
    ///
    /// - Parameter running: The jobs that run, by the references that they name.
    public func removeOldIndexes(
        running: @Sendable () async -> Set<DataKey>
    ) async {
        var old: [DataKey: [DataRecord]] = [:]
        for id in stale.sorted() {
            guard let reference = DataKey(.reference, id) else { continue }
            // Before it is looked, so that whoever keeps a new version meanwhile is not overheard.
            stale.remove(id)
            guard let versions = try? await indexes(of: reference) else {
                stale.insert(id)
                continue
            }
            let newest = versions.map(\.indexVersion).max() ?? 0
            var older: [DataRecord] = []
            for version in versions where version.indexVersion < newest {
                // Those of another server, which shares the store, are in its folder and its to remove.
                guard let isThere = await isThere(version.key) else {
                    stale.insert(id)
                    continue
                }
                if isThere { older.append(version) }
            }
            if !older.isEmpty { old[reference] = older }
        }
        let used = await running()
        for (reference, versions) in old {
            guard !used.contains(reference) else {
                stale.insert(reference.id)
                continue
            }
            for record in versions where leaving.insert(record.key).inserted {
                do throws(DataError) {
                    try await removeOne(record)
                    logger.notice(
                        "an old index was removed",
                        metadata: ["index": "\(record.key.id)"]
                    )
                } catch {
                    stale.insert(reference.id)
                }
            }
        }
    }
}

extension DataRecord {
    /// Which version of its reference's index this is.
    var indexVersion: Int { document["version"]?.countValue ?? 0 }
}
