public import JobModel
public import JobTasks

/// Knows what jobs work on, and keeps what they make.
public protocol JobDataKeeper: Sendable {
    /// What the catalogue says of the things that a job's arguments name, and of those they use.
    ///
    /// Waits for as long as the store does not answer.
    ///
    /// - Parameters:
    ///   - order: The job that is about to start.
    ///   - task: Its task.
    /// - Returns: At most one record of a kind.
    /// - Throws: Why the job cannot run.
    func inputs(
        for order: LaunchOrder,
        of task: TaskDescription
    ) async throws(JobDataProblem) -> [DataKind: DataRecord]

    /// What the catalogue says of the things that lists among the arguments name.
    ///
    /// Waits for as long as the store does not answer.
    ///
    /// - Parameters:
    ///   - order: The job that is about to start.
    ///   - task: Its task.
    /// - Returns: The records in the order of the arguments, each once.
    /// - Throws: Why the job cannot run.
    func listedInputs(
        for order: LaunchOrder,
        of task: TaskDescription
    ) async throws(JobDataProblem) -> [DataRecord]

    /// Puts what a job has made into the catalogue; done again, it is there once.
    ///
    /// Waits for as long as the store does not answer.
    ///
    /// - Parameter record: What was made, and lies in its place.
    /// - Throws: That the catalogue has something else of that name.
    func keep(_ record: DataRecord) async throws(JobDataProblem)

    /// Removes the files of what a job has made and the catalogue will not have.
    ///
    /// - Parameter record: What was made.
    func discard(_ record: DataRecord) async
}

/// Why a job cannot have or keep something, in a sentence for people.
public struct JobDataProblem: Error, Hashable, Sendable {
    /// The sentence, without a full stop.
    public let message: String

    /// Says why.
    ///
    /// - Parameter message: A sentence for people.
    public init(_ message: String) {
        self.message = message
    }
}
