import JSON

/// The minimal document: what clients hold of a job.
public struct MinimalJob: Hashable, Sendable {
    /// The job's name.
    public let id: JobID
    /// How many changes were made to the job.
    public let version: Int
    /// The kind of work.
    public let task: String
    /// The cores and the memory that the job holds while it runs.
    public let resources: Resources
    /// Who made the job.
    public let username: String
    /// Whether the job is put away.
    public let archived: Bool
    /// When the job was made.
    public let added: Timestamp
    /// Where the job stands.
    public let state: JobState
    /// How much is done, from 0 to 1.
    public let progress: Double
    /// The stage that was reached.
    public let stage: String?
    /// When the last change was made.
    public let updated: Timestamp
    /// What went wrong.
    public let error: String?

    /// Takes all parts of a minimal document together.
    ///
    /// - Parameters:
    ///   - id: The job's name.
    ///   - version: How many changes were made to the job.
    ///   - task: The kind of work.
    ///   - resources: Cores and memory.
    ///   - username: Who made the job.
    ///   - archived: Whether the job is put away.
    ///   - added: When the job was made.
    ///   - state: Where the job stands.
    ///   - progress: How much is done, from 0 to 1.
    ///   - stage: The stage that was reached.
    ///   - updated: When the last change was made.
    ///   - error: What went wrong.
    public init(
        id: JobID,
        version: Int,
        task: String,
        resources: Resources,
        username: String,
        archived: Bool,
        added: Timestamp,
        state: JobState,
        progress: Double,
        stage: String?,
        updated: Timestamp,
        error: String?
    ) {
        self.id = id
        self.version = version
        self.task = task
        self.resources = resources
        self.username = username
        self.archived = archived
        self.added = added
        self.state = state
        self.progress = progress
        self.stage = stage
        self.updated = updated
        self.error = error
    }
}

/// Reduces a job to its minimal document.
///
/// The seed's rule: of the job's fields `_id _version task status proc mem
/// username args archived` are taken; `status` and `args` are then dropped,
/// after `username` (from the arguments, for documents that have it only
/// there), `added` (the date of the first entry), `state` and `progress` (of
/// the last) were added. `stage`, `updated` and `error` are ours.
public enum SyncProcessor {
    /// The minimal document of a job.
    public static func minimalJob(of job: Job) -> MinimalJob {
        let last = job.current
        return MinimalJob(
            id: job.id,
            version: job.version,
            task: job.task,
            resources: job.resources,
            username: job.username,
            archived: job.archived,
            added: job.added,
            state: last.state,
            progress: last.progress,
            stage: last.stage,
            updated: job.updated,
            error: last.error?.message
        )
    }
}

extension MinimalJob {
    /// Appends the document as JSON, its members in the protocol's order.
    public func encode(into bytes: inout [UInt8]) {
        bytes.append(contentsOf: #"{"_id":"#.utf8)
        bytes.append(json: id.rawValue)
        bytes.append(contentsOf: #","_version":"#.utf8)
        bytes.append(json: version)
        bytes.append(contentsOf: #","task":"#.utf8)
        bytes.append(json: task)
        bytes.append(contentsOf: #","proc":"#.utf8)
        bytes.append(json: resources.proc)
        bytes.append(contentsOf: #","mem":"#.utf8)
        bytes.append(json: resources.mem)
        bytes.append(contentsOf: #","username":"#.utf8)
        bytes.append(json: username)
        bytes.append(contentsOf: #","archived":"#.utf8)
        bytes.append(json: archived)
        bytes.append(contentsOf: #","added":""#.utf8)
        bytes.append(contentsOf: added.description.utf8)
        bytes.append(contentsOf: #"","state":""#.utf8)
        bytes.append(contentsOf: state.rawValue.utf8)
        bytes.append(contentsOf: #"","progress":"#.utf8)
        bytes.append(json: progress)
        bytes.append(contentsOf: #","stage":"#.utf8)
        if let stage { bytes.append(json: stage) } else { bytes.append(contentsOf: "null".utf8) }
        bytes.append(contentsOf: #","updated":""#.utf8)
        bytes.append(contentsOf: updated.description.utf8)
        bytes.append(UInt8(ascii: "\""))
        if let error {
            bytes.append(contentsOf: #","error":"#.utf8)
            bytes.append(json: error)
        }
        bytes.append(UInt8(ascii: "}"))
    }
}
