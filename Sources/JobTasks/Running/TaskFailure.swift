package import JobModel

/// Why a stage did not come to its end.
package enum TaskFailure: Error, Hashable, Sendable {
    /// Something went wrong, and the job ends with this error.
    case failed(JobError)
    /// A tool was ended from outside, and nobody who may had ordered it: the job ends with this
    /// error, but may begin anew if its task allows it.
    case interrupted(JobError)
    /// The job was told to stop, or its time is over; whoever told it knows why.
    case stopped
    /// The machine lacks what it takes to begin, and nothing of the job has begun; the sentence says what.
    case lacking(String)

    /// What the task itself found wrong.
    package static func task(_ message: String, log: [String] = []) -> TaskFailure {
        .failed(JobError(cause: .task, message: message, log: log))
    }

    /// What went wrong, in words; nil for a job that was told to stop.
    package var message: String? {
        switch self {
        case .failed(let error), .interrupted(let error): error.message
        case .lacking(let message): message
        case .stopped: nil
        }
    }
}
