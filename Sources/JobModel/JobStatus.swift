/// One entry of a job's history.
public struct JobStatus: Hashable, Sendable {
    /// The stage that was reached, or nil before the first one.
    public var stage: String?
    /// How much of the job is done, from 0 to 1, to three decimals.
    public var progress: Double
    /// What went wrong, for the state `error`.
    public var error: JobError?
    /// The state of the job.
    public var state: JobState
    /// When the entry was made; a change of progress does not alter it.
    public var date: Timestamp
    /// Who wanted the job to stop and why, in the entries from then on.
    public var cancellation: Cancellation?
    /// Why the job waits again, for an entry with which it does.
    public var restart: JobRestart?

    /// Makes an entry.
    ///
    /// - Parameters:
    ///   - stage: The stage that was reached, or nil before the first one.
    ///   - progress: How much of the job is done, from 0 to 1.
    ///   - error: What went wrong.
    ///   - state: The state of the job.
    ///   - date: When.
    ///   - cancellation: Who wanted the job to stop and why.
    ///   - restart: Why the job waits again.
    public init(
        stage: String?,
        progress: Double,
        error: JobError? = nil,
        state: JobState,
        date: Timestamp,
        cancellation: Cancellation? = nil,
        restart: JobRestart? = nil
    ) {
        self.stage = stage
        self.progress = progress
        self.error = error
        self.state = state
        self.date = date
        self.cancellation = cancellation
        self.restart = restart
    }
}
