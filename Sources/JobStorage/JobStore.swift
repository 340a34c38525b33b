public import JSON
public import JobModel

/// Where jobs are kept, and the only one who is asked what is true.
///
/// What every store promises, and `JobStoreContract` in the tests checks:
/// - A batch is committed as a whole or not at all, durably before
///   ``commit(_:saving:)`` returns, in the order in which the calls were made.
/// - Each change of a job in a batch gets the next position of the history; settings have none.
/// - An update or a removal counts only if the stored version is the one that it follows.
/// - What was committed is seen by every later call.
/// - What cannot be read as a job hides no other: it is set aside.
public protocol JobStore: Sendable {
    /// Where the history stands.
    ///
    /// - Returns: Epoch, last position and horizon.
    func position() async throws(JobStoreError) -> StorePosition

    /// The newest change of each job, in the order of their positions.
    ///
    /// Jobs that were archived or removed appear as `gone`, down to the horizon.
    ///
    /// - Parameters:
    ///   - position: Only changes behind it; 0 for all.
    ///   - limit: How many at most.
    /// - Returns: The changes; fewer than `limit` means that there are no more.
    /// - Throws: `unavailable` if the store does not answer.
    func changes(after position: Int, limit: Int) async throws(JobStoreError) -> [StoredChange]

    /// Commits changes of jobs and of settings as one, or none of them.
    ///
    /// - Parameters:
    ///   - changes: At most one for each job; a second one is a conflict.
    ///   - settings: Values to save, in their order; of several for one name the last one stays.
    /// - Returns: The position of the first change; the others follow it one by one. For a batch
    ///   without changes of jobs, the position that the next one will get.
    /// - Throws: `conflict` if a version is not the expected one or an id is taken; then nothing was
    ///   changed. `notWritten` if nothing was changed either, and the same may work later.
    ///   `unavailable` if it cannot be known whether the changes were made.
    func commit(
        _ changes: [JobChange],
        saving settings: [SettingChange]
    ) async throws(JobStoreError) -> Int

    /// One job, archived or not.
    ///
    /// - Parameter id: The job's name.
    /// - Returns: The job, or nil if there is none of that name.
    /// - Throws: `unavailable` if the store does not answer, or what it has of that name is set aside.
    func job(_ id: JobID) async throws(JobStoreError) -> Job?

    /// Every job, archived or not, in the order of their ids, page by page.
    ///
    /// - Parameters:
    ///   - id: Where the page before ended; nil for the first page.
    ///   - limit: How many at most.
    /// - Returns: The jobs; fewer than `limit` means that there are no more.
    /// - Throws: `unavailable` if the store does not answer.
    func jobs(after id: JobID?, limit: Int) async throws(JobStoreError) -> [Job]

    /// A page of the jobs that match a query.
    ///
    /// - Parameter query: What is looked for, in which order, and from where on.
    /// - Returns: Jobs, and where the next page begins.
    /// - Throws: `unavailable` if the store does not answer.
    func find(_ query: JobQuery) async throws(JobStoreError) -> JobPage

    /// What was saved under a name, such as a task's limit.
    ///
    /// - Parameter name: Any text.
    /// - Returns: The value, or nil if nothing was saved.
    /// - Throws: `unavailable` if the store does not answer.
    func setting(_ name: String) async throws(JobStoreError) -> JSONValue?

    /// Saves a value under a name, durably.
    ///
    /// - Parameters:
    ///   - value: The value; nil forgets it.
    ///   - name: Any text.
    /// - Throws: `notWritten` or `unavailable`, as ``commit(_:)``.
    func save(_ value: JSONValue?, as name: String) async throws(JobStoreError)

    /// What could not be read so far: it is left as it is, and left out of all answers but ``job(_:)``.
    var setAside: [SetAside] { get }

    /// Closes files and connections; no call may follow.
    func close() async
}

extension JobStore {
    /// Commits changes of jobs as one, or none of them; see ``commit(_:saving:)``.
    ///
    /// - Parameter changes: At most one for each job.
    /// - Returns: The position of the first change.
    /// - Throws: As ``commit(_:saving:)``.
    public func commit(_ changes: [JobChange]) async throws(JobStoreError) -> Int {
        try await commit(changes, saving: [])
    }

    /// Nothing, in a store that keeps no documents.
    public var setAside: [SetAside] { [] }
}

/// A value that is saved under a name, such as a task's limit.
public struct SettingChange: Hashable, Sendable {
    /// Any text.
    public let name: String
    /// The value; nil forgets it.
    public let value: JSONValue?

    /// Makes a change.
    ///
    /// - Parameters:
    ///   - name: Any text.
    ///   - value: The value; nil forgets it.
    public init(_ name: String, to value: JSONValue?) {
        self.name = name
        self.value = value
    }
}

/// A change of one job.
public enum JobChange: Hashable, Sendable {
    /// A new job.
    case insert(Job)
    /// A job's next version; the stored one must be the version before.
    case update(Job)
    /// The end of a job whose stored version must be this.
    case remove(JobID, version: Int)

    /// Which job is changed.
    public var id: JobID {
        switch self {
        case .insert(let job), .update(let job): job.id
        case .remove(let id, version: _): id
        }
    }
}

/// The newest change of one job, and where in the history it was made.
public struct StoredChange: Hashable, Sendable {
    /// What became of the job.
    public enum Content: Hashable, Sendable {
        /// The job lives in this form.
        case live(Job)
        /// The job left the live set: it was removed, or archived.
        case gone(JobID)
    }

    /// The position in the history, counted from 1.
    public let seq: Int
    /// What became of the job.
    public let content: Content

    /// Makes a record of a change.
    ///
    /// - Parameters:
    ///   - seq: The position in the history.
    ///   - content: What became of the job.
    public init(seq: Int, content: Content) {
        self.seq = seq
        self.content = content
    }
}

/// Where a history stands.
public struct StorePosition: Hashable, Sendable {
    /// The random name of this history; positions compare only within one.
    public let epoch: String
    /// The position of the last change, 0 if there was none.
    public let seq: Int
    /// Changes at or below this position may have been forgotten if their job is gone.
    public let horizon: Int

    /// Makes a position.
    ///
    /// - Parameters:
    ///   - epoch: The name of the history.
    ///   - seq: The position of the last change.
    ///   - horizon: Down to where removals are remembered.
    public init(epoch: String, seq: Int, horizon: Int) {
        self.epoch = epoch
        self.seq = seq
        self.horizon = horizon
    }
}

/// Why a store did not do what it was asked.
public enum JobStoreError: Error, Hashable, Sendable {
    /// The stored version of this job is another, or the id is taken.
    case conflict(JobID)
    /// Another server leads by now; nothing was changed.
    case fenced
    /// Nothing was changed, for want of something that may be there later, such as space on the disk; the
    /// text is for people.
    case notWritten(String)
    /// The store does not answer, or does not know whether it was done; the text is for the log.
    case unavailable(String)
}
