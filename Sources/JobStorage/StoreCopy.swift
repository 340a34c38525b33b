import JSON
import JobModel

/// Copies all jobs, all records of kept data and chosen settings from one store to another.
///
/// The target must be empty, or hold an unfinished copy of the same source: as long as one is
/// under way a mark in the target names the history that it is a copy of. So a copy that was cut
/// off at any moment can be repeated, and goes on from what is there. It is finished, and the mark
/// taken away, only when what the target gives back is as many jobs and records with the same digest.
///
/// Nobody else may write to either store meanwhile; a store that servers can share is kept from
/// them by its lease.
public struct StoreCopy: Sendable {
    /// A setting that is to be copied, by its name in either store.
    public struct Setting: Hashable, Sendable {
        let source: String
        let target: String

        /// Names a setting.
        ///
        /// - Parameters:
        ///   - source: Its name in the source.
        ///   - target: Its name in the target.
        public init(_ source: String, as target: String) {
            self.source = source
            self.target = target
        }
    }

    /// How far it is.
    public enum Progress: Hashable, Sendable {
        /// So many jobs of the source have been read, and are in the target.
        case copied(Int)
        /// So many jobs of the target have been read back.
        case checked(Int)
    }

    /// What was done.
    public struct Report: Hashable, Sendable {
        /// How many jobs both stores hold.
        public let jobs: Int
        /// How many of them had to be written; the others were there from a copy before.
        public let written: Int
        /// How many records of kept data both stores hold.
        public let records: Int
        /// How many of these had to be written.
        public let recordsWritten: Int
        /// What both stores hold, as a number.
        public let digest: String
    }

    static let markName = "unfinished_copy"

    let source: HeldStore
    let target: HeldStore
    let pageSize: Int
    private let settings: [Setting]
    private let progress: @Sendable (Progress) -> Void

    /// Prepares a copy.
    ///
    /// - Parameters:
    ///   - source: Where to read; it is left as it is.
    ///   - target: Where to write.
    ///   - settings: Which settings are copied beside the jobs.
    ///   - name: Who copies, for servers that find a store's lease taken.
    ///   - pageSize: How many jobs are read, and how many are written, at once.
    ///   - progress: Is told how far it is.
    public init(
        from source: any JobStore & DataStore,
        to target: any JobStore & DataStore,
        settings: [Setting],
        name: String,
        pageSize: Int = 500,
        progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) {
        self.source = HeldStore(.source, source, name: name)
        self.target = HeldStore(.target, target, name: name)
        self.settings = settings
        self.pageSize = pageSize
        self.progress = progress
    }

    /// Whether a store holds part of a copy only; no server should use it.
    ///
    /// - Parameter store: The store.
    /// - Returns: True until the copy has been repeated to its end.
    /// - Throws: `unavailable` if the store does not answer.
    public static func isUnfinished(in store: any JobStore) async throws(JobStoreError) -> Bool {
        try await store.setting(markName) != nil
    }

    /// Copies, and compares what has arrived.
    ///
    /// - Returns: What was done; nothing was written if the target held the same before.
    /// - Throws: Why not; then the copy can be repeated.
    public func run() async throws(StoreCopyError) -> Report {
        try await source.hold()
        let outcome: Result<Report, StoreCopyError>
        do throws(StoreCopyError) {
            try await target.hold()
            outcome = .success(try await copy())
        } catch {
            outcome = .failure(error)
        }
        await target.letGo()
        await source.letGo()
        return try outcome.get()
    }

    private func copy() async throws(StoreCopyError) -> Report {
        let epoch = try await source.ask { (store) throws(JobStoreError) in
            try await store.position().epoch
        }
        let targetEpoch = try await target.ask { (store) throws(JobStoreError) in
            try await store.position().epoch
        }
        guard epoch != targetEpoch else { throw .sameStore }
        let mark: JSONValue? = try await target.setting(Self.markName)
        if let mark {
            guard mark["source"]?.stringValue == epoch else { throw .otherCopy }
        } else {
            if try await isTargetUsed() { return try await reportIfSame() }
            try await target.save(["source": .string(epoch)], as: Self.markName)
        }
        var (found, written) = try await merge()
        let recordsWritten = try await mergeRecords(&found)
        let arrived = try await check()
        guard found == arrived else {
            throw .different(source: found, target: arrived)
        }
        try await target.save(nil, as: Self.markName)
        return Report(
            jobs: found.jobs,
            written: written,
            records: found.records,
            recordsWritten: recordsWritten,
            digest: found.description
        )
    }

    private func isTargetUsed() async throws(StoreCopyError) -> Bool {
        guard try await target.jobs(after: nil, limit: 1).isEmpty else { return true }
        for setting in settings where try await target.setting(setting.target) != nil {
            return true
        }
        return try await hasRecords(target)
    }

    // MARK: Copying

    /// Brings the target's jobs and settings to where the source's are.
    ///
    /// - Returns: What the source holds, and how many jobs were written.
    private func merge() async throws(StoreCopyError) -> (found: StoreCopyDigest, written: Int) {
        var digest = StoreCopyDigest()
        var written = 0
        var left = JobPages(of: source, size: pageSize)
        var right = JobPages(of: target, size: pageSize)
        var changes: [JobChange] = []
        // Versions must follow each other, so a job that has changed since is removed and made anew.
        var again: [JobChange] = []
        func flush() async throws(StoreCopyError) {
            try await target.commit(changes)
            try await target.commit(again)
            try await source.hold()
            (changes, again) = ([], [])
        }
        while true {
            let (job, copy) = (try await left.peek(), try await right.peek())
            guard let id = [job?.id, copy?.id].compactMap(\.self).min() else { break }
            let (isHere, isThere) = (job?.id == id, copy?.id == id)
            if isHere { try await left.advance() }
            if isThere { try await right.advance() }
            if isHere, let job {
                let document = digest.add(job)
                progress(.copied(digest.jobs))
                if isThere, let copy {
                    if document == StoreCopyDigest.canonical(copy) { continue }
                    changes.append(.remove(id, version: copy.version))
                    again.append(.insert(job))
                } else {
                    changes.append(.insert(job))
                }
                written += 1
            } else if let copy {
                changes.append(.remove(id, version: copy.version))
            }
            if changes.count >= pageSize { try await flush() }
        }
        try await flush()
        for setting in settings {
            let value = try await source.setting(setting.source)
            if try await target.setting(setting.target) != value {
                try await target.save(value, as: setting.target)
            }
            digest.add(value)
        }
        return (digest, written)
    }

    /// Reads the whole target.
    private func check() async throws(StoreCopyError) -> StoreCopyDigest {
        var digest = StoreCopyDigest()
        var pages = JobPages(of: target, size: pageSize)
        while let job = try await pages.peek() {
            digest.add(job)
            progress(.checked(digest.jobs))
            try await pages.advance()
        }
        for setting in settings { digest.add(try await target.setting(setting.target)) }
        try await addRecords(of: target, to: &digest)
        return digest
    }

    /// Compares with a target that holds jobs but no mark: one that was finished before, or another.
    private func reportIfSame() async throws(StoreCopyError) -> Report {
        var digest = StoreCopyDigest()
        var left = JobPages(of: source, size: pageSize)
        var right = JobPages(of: target, size: pageSize)
        while true {
            let (job, copy) = (try await left.peek(), try await right.peek())
            guard let job else {
                guard copy == nil else { throw .occupied }
                break
            }
            guard let copy, digest.add(job) == StoreCopyDigest.canonical(copy) else {
                throw .occupied
            }
            progress(.checked(digest.jobs))
            try await left.advance()
            try await right.advance()
        }
        for setting in settings {
            let value = try await source.setting(setting.source)
            guard try await target.setting(setting.target) == value else { throw .occupied }
            digest.add(value)
        }
        var copied = digest
        try await addRecords(of: source, to: &digest)
        try await addRecords(of: target, to: &copied)
        guard digest == copied else { throw .occupied }
        return Report(
            jobs: digest.jobs,
            written: 0,
            records: digest.records,
            recordsWritten: 0,
            digest: digest.description
        )
    }
}
