import Logging
import Synchronization

/// Why a document of the collection `jobs` is no job to us.
struct UnreadableJob: Error, Hashable, CustomStringConvertible {
    /// The document's `_id`, as text.
    let id: String
    /// Which field, and what was expected there.
    let reason: String

    var description: String { "the document of job \(id) cannot be read: \(reason)" }
}

/// Tells the log of documents that cannot be read, of each one once.
final class UnreadableJobLog: Sendable {
    /// Beyond so many, somebody keeps another program's documents there, and knows it by now.
    private static let limit = 1000

    private let told = Mutex<Set<String>>([])
    private let logger: Logger

    init(_ logger: Logger) {
        self.logger = logger
    }

    func tell(_ job: UnreadableJob) {
        let isNew = told.withLock { told in
            told.count < Self.limit && told.insert(job.id).inserted
        }
        guard isNew else { return }
        logger.warning(
            "a document in the collection jobs is no job and is left as it is",
            metadata: ["id": "\(job.id)", "reason": "\(job.reason)"]
        )
    }
}
