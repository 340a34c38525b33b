/// Why a job failed.
public struct JobError: Hashable, Sendable {
    /// The kinds of failure.
    public enum Cause: String, Hashable, Sendable, CaseIterable {
        /// A tool ended with an exit code that does not mean success.
        case exit
        /// A tool or the worker was ended by a signal.
        case signal
        /// The system ran out of memory and ended it.
        case outOfMemory = "out_of_memory"
        /// The job took longer than its task allows.
        case timeout
        /// The worker or a tool could not be started.
        case spawn
        /// The machine or the worker went away without a last word.
        case lost
        /// The task itself says so.
        case task
    }

    /// The kind of failure.
    public var cause: Cause
    /// What happened, in a sentence for people.
    public var message: String
    /// The last lines of what the tool said.
    public var log: [String]

    /// Describes a failure.
    ///
    /// - Parameters:
    ///   - cause: The kind of failure.
    ///   - message: What happened, in a sentence for people.
    ///   - log: The last lines of what the tool said.
    public init(cause: Cause, message: String, log: [String] = []) {
        self.cause = cause
        self.message = message
        self.log = log
    }
}
