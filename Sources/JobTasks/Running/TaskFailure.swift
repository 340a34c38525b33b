package import JobModel

/// Why a stage did not come to its end.
package enum TaskFailure: Error, Hashable, Sendable {
    /// Something went wrong, and the job ends with this error.
    case failed(JobError)
    /// The job was told to stop, or its time is over; whoever told it knows why.
    case stopped

    /// What the task itself found wrong.
    package static func task(_ message: String, log: [String] = []) -> TaskFailure {
        .failed(JobError(cause: .task, message: message, log: log))
    }

    /// What went wrong, in words; nil for a job that was told to stop.
    package var message: String? {
        if case .failed(let error) = self { error.message } else { nil }
    }
}
