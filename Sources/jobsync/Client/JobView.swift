import JSON
import JobModel
import JobProtocol

/// The jobs of one subscription, as far as they are known here.
///
/// A value without any I/O: answers and pushes go in, what changed comes out.
struct JobView {
    /// What became of one job.
    enum Change: Hashable {
        /// It appeared, or has a new version.
        case put(MinimalJob)
        /// It left the set.
        case deleted(JobID)
    }

    private(set) var jobs: [JobID: MinimalJob] = [:]
    /// Whether the first load is complete.
    private(set) var isComplete = false

    private var epoch: String?
    /// Everything up to here that the filter admits is in `jobs`; nil until a load was completed.
    private var seq: Int?
    private var digest = ViewDigest()

    /// More ids than these would not fit a message.
    private static let largestManifest = 20_000

    /// What to subscribe with in order to go on from here.
    var resumption: JSONObject {
        var params: JSONObject = [:]
        if let epoch, let seq {
            params["resume"] = ["epoch": .string(epoch), "seq": .integer(seq)]
        }
        if !jobs.isEmpty, jobs.count <= Self.largestManifest {
            let versions = jobs.map { ($0.key.rawValue, JSONValue.integer($0.value.version)) }
            params["manifest"] = .object(JSONObject(versions, uniquingKeysWith: { $1 }))
        }
        return params
    }

    /// Takes the answer to `jobs.subscribe`.
    mutating func begin(_ answer: JSONValue) {
        let isContinued = answer["mode"]?.stringValue == "delta"
        if answer["mode"]?.stringValue == "snapshot" {
            jobs = [:]
            digest = ViewDigest()
        }
        // Until the load is complete, only a position that was ours before can be gone on from.
        if !isContinued { seq = nil }
        epoch = answer["epoch"]?.stringValue
        isComplete = false
    }

    /// Takes a push `jobs.sync`.
    ///
    /// - Parameter params: Its parameters.
    /// - Returns: What changed, in the order of the push.
    mutating func apply(_ params: JSONObject) -> [Change] {
        var changes: [Change] = []
        for document in params["put"]?.arrayValue ?? [] {
            guard let job = MinimalJob(document: document), put(job) else { continue }
            changes.append(.put(job))
        }
        for id in params["del"]?.arrayValue ?? [] {
            guard let id = id.stringValue.flatMap({ JobID($0) }), delete(id) else { continue }
            changes.append(.deleted(id))
        }
        if params["sync"]?.boolValue != true {
            isComplete = true
            seq = params["seq"]?.countValue ?? seq
        }
        return changes
    }

    /// Whether a `tick` shows the same jobs in the same versions; if so, its position is ours.
    ///
    /// It comes behind everything that the filter admits up to its position, however much happened
    /// there that the filter does not.
    ///
    /// - Parameter params: Its parameters.
    /// - Returns: False only if the load is complete and the two differ.
    mutating func agrees(with params: JSONObject) -> Bool {
        guard isComplete else { return true }
        guard params["count"]?.integerValue == jobs.count,
            params["digest"]?.stringValue == digest.description
        else { return false }
        seq = params["seq"]?.countValue ?? seq
        return true
    }

    /// Forgets the position, so that the next subscription compares every job.
    mutating func doubt() {
        seq = nil
    }

    private mutating func put(_ job: MinimalJob) -> Bool {
        if let known = jobs[job.id] {
            // An id may have been given to another job, whose versions begin anew.
            guard known.added != job.added || known.version < job.version else { return false }
            digest.toggle(known.id, version: known.version)
        }
        jobs[job.id] = job
        digest.toggle(job.id, version: job.version)
        return true
    }

    private mutating func delete(_ id: JobID) -> Bool {
        guard let known = jobs.removeValue(forKey: id) else { return false }
        digest.toggle(id, version: known.version)
        return true
    }
}
