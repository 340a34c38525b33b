public import JobModel
import JobStorage

/// Why the manager did not do what it was asked.
public enum JobManagerError: Error, Hashable, Sendable {
    /// There is no such task; perhaps the suggested one was meant.
    case unknownTask(String, suggestion: String?)
    /// The task cannot run here, for example because a tool is missing.
    case taskUnavailable(String, reason: String)
    /// An argument, or what the job asks of the machine, is not acceptable.
    case badArguments(field: String, message: String)
    /// There is no such job.
    case notFound(JobID)
    /// The id is taken by a job that differs in the named respect.
    case conflict(JobID, differs: String)
    /// The job's state does not allow it.
    case badState(JobID, JobState)
    /// The store does not answer; whether it was done is not known.
    case storeUnavailable
    /// The file system on which the arguments' files lie does not answer; nothing was done.
    case filesUnavailable
    /// The store takes no changes at present, for this reason; nothing was done.
    case storeTakesNothing(String)
    /// The server is about to end and takes no new jobs.
    case draining
}

extension JobManagerError {
    /// Anything else that a store may throw while it is only asked means that it does not answer.
    init(_ error: JobStoreError) {
        self =
            if case .notWritten(let cause) = error { .storeTakesNothing(cause) } else {
                .storeUnavailable
            }
    }
}
