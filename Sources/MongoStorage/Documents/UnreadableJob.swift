import JobStorage

/// Why a document of the collection `jobs` is no job to us.
struct UnreadableJob: Error, Hashable, CustomStringConvertible {
    /// The document's `_id`, as text.
    let id: String
    /// Which field, and what was expected there.
    let reason: String

    var description: String { "the document of job \(id) cannot be read: \(reason)" }
}

extension SetAsideList {
    /// Takes note of a document that is no job.
    func tell(_ job: UnreadableJob) { add(SetAside(.job, job.id, because: job.reason)) }
}
