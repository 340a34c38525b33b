public import JobModel
import JobRunning
import JobStorage
import JobTasks
import Logging
import SystemPackage
import Threads

extension DataKeeper {
    /// A job that has not ended, and what it works on.
    public typealias UsingJob = (job: JobID, key: DataKey)

    /// Removes something that is kept, with its files.
    ///
    /// - Parameters:
    ///   - kind: What it is.
    ///   - id: Its name.
    ///   - withUsers: Whether to remove what was made from it as well.
    ///   - job: Finds a job that has not ended and names one of several things.
    /// - Returns: What was removed, in that order.
    /// - Throws: `notFound`; `conflict` if it is used; `storeUnavailable` or `disk`.
    public func remove(
        _ kind: DataKind,
        _ id: String,
        withUsers: Bool,
        usedBy job: @Sendable (Set<DataKey>) async -> UsingJob?
    ) async throws(DataError) -> [DataKey] {
        let record = try await record(kind, id)
        var group = try await group(of: record, withUsers: withUsers)
        try claim(group)
        do throws(DataError) {
            // What jobs name is theirs until they have ended, and then what they made is here.
            if let used = await job(Set(group.map(\.key)).union(group.flatMap(\.indexed))) {
                throw .conflict(
                    record.key,
                    message: "the \(used.key.kind.rawValue) '\(used.key.id)' is used by the job "
                        + "\(used.job), which has not ended"
                )
            }
            let later = try await self.group(of: record, withUsers: withUsers)
            guard later == group else {
                throw .conflict(
                    record.key,
                    message: "\(record.key) was changed meanwhile; try again"
                )
            }
        } catch {
            leaving.subtract(group.map(\.key))
            throw error
        }
        var removed: [DataKey] = []
        while let next = group.popLast() {
            do throws(DataError) {
                try await removeOne(next)
            } catch {
                leaving.subtract(group.map(\.key))
                throw error
            }
            removed.append(next.key)
        }
        return removed
    }

    private func claim(_ group: [DataRecord]) throws(DataError) {
        for record in group where leaving.contains(record.key) {
            throw .conflict(record.key, message: "the \(record.key) is being removed already")
        }
        leaving.formUnion(group.map(\.key))
    }

    /// What has to go, each before what it was made from when read from the end.
    private func group(
        of record: DataRecord,
        withUsers: Bool
    ) async throws(DataError) -> [DataRecord] {
        var found = [record.key: record]
        var unseen = [record]
        while let next = unseen.popLast() {
            let users: [DataRecord]
            do throws(DataStoreError) {
                users = try await store.users(of: next.key)
            } catch {
                throw unavailable(error)
            }
            guard withUsers || users.isEmpty else { throw Self.isUsed(record, by: users) }
            for user in users where found[user.key] == nil {
                found[user.key] = user
                unseen.append(user)
            }
        }
        return found.values.sorted { $0.key < $1.key }
    }

    private static func isUsed(_ record: DataRecord, by users: [DataRecord]) -> DataError {
        let named = users.prefix(3).map { "the \($0.key.kind.rawValue) '\($0.key.id)'" }
        let more = users.count > 3 ? ["\(users.count - 3) more"] : []
        let list = named + more
        let words =
            list.count > 1
            ? list.dropLast().joined(separator: ", ") + " and " + (list.last ?? "")
            : list.joined()
        let verb = users.count == 1 ? "was" : "were"
        return .conflict(
            record.key,
            message: "the \(record.key.kind.rawValue) '\(record.key.id)' cannot be removed alone: "
                + "\(words) \(verb) made from it"
        )
    }

    // MARK: One by one

    /// Removes a record and its folder; the record's key must be in ``leaving``.
    func removeOne(_ record: DataRecord) async throws(DataError) {
        let trash: FilePath?
        do throws(Errno) {
            trash = try await moveToTrash(record.key)
        } catch {
            leaving.remove(record.key)
            throw .disk(message: "\(record.key.path) cannot be moved away: \(error)")
        }
        do throws(DataStoreError) {
            try await store.remove(record.key)
        } catch {
            // It is not known whether the record is still there: what becomes of the folder is
            // settled when the store answers again, or at the next start.
            Task { await settleLater(trash, record.key) }
            throw unavailable(error)
        }
        leaving.remove(record.key)
        if let trash { delete(trash) }
    }

    private func settleLater(_ trash: FilePath?, _ key: DataKey) async {
        let stored = try? await patiently { (store) throws(DataStoreError) in
            try await store.record(key)
        }
        if let trash { await settle(trash, stored: stored) }
        leaving.remove(key)
    }

    /// Moves the folder of something out of the way, in one step.
    ///
    /// - Returns: Where it is now; nil if there is none.
    func moveToTrash(_ key: DataKey) async throws(Errno) -> FilePath? {
        let place = folders.place(of: key)
        let chance = String(UInt64.random(in: 0 ... .max), radix: 36)
        let trash = folders.trash.appending("\(key.kind.plural).\(key.id).\(chance)")
        return try await onDisk(place) { [folders] () throws(Errno) in
            guard Files.exists(place) else { return nil }
            try Files.makeFolder(folders.trash)
            try Files.move(place, to: trash)
            try Files.sync(folders.trash, onlyItself: true)
            try Files.sync(place.removingLastComponent(), onlyItself: true)
            return trash
        }
    }

    /// Deletes a folder of the trash, which may be large, without holding up anybody.
    func delete(_ trash: FilePath) {
        files.start(in: folders.trash.string) { [logger] in
            do throws(Errno) {
                try Files.remove(trash)
            } catch {
                logger.warning("\(trash) cannot be removed: \(error)")
            }
        }
    }

    // MARK: At the start

    /// Brings removals to their end that were cut off.
    func settleTrash() async throws(DataStoreError) {
        guard let names = try? Files.names(in: folders.trash) else { return }
        for name in names.sorted() {
            let trash = folders.trash.appending(name)
            let key = folders.record(in: trash)?.key
            var stored: DataRecord?
            if let key { stored = try await store.record(key) }
            await settle(trash, stored: stored)
        }
    }

    /// Puts a folder back whose record is still there, and deletes any other.
    private func settle(_ trash: FilePath, stored: DataRecord?) async {
        do throws(Errno) {
            let isBack = try await onDisk(trash) { [folders] () throws(Errno) in
                guard let stored, let record = folders.record(in: trash), record.key == stored.key,
                    record.job == stored.job
                else { return false }
                let place = folders.place(of: record.key)
                try Files.makeFolder(place.removingLastComponent())
                try Files.move(trash, to: place)
                return true
            }
            guard isBack, let stored else { return delete(trash) }
            logger.notice(
                "a removal that was cut off was undone",
                metadata: ["data": "\(stored.key)"]
            )
        } catch {
            logger.error("\(trash) cannot be moved back: \(error)")
        }
    }
}

extension DataRecord {
    /// What stands for this in jobs' arguments, which name no index but its reference.
    fileprivate var indexed: [DataKey] { key.kind == .index ? uses : [] }
}
