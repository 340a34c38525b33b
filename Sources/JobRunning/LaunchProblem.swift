import JobTasks
import SystemPackage

/// Why a job did not begin, though neither it nor its task is to blame.
public struct LaunchProblem: Hashable, Sendable {
    /// What the server or its machine lacks, in a sentence for people; of no job in particular.
    public let message: String
    /// Whether it may be this job's after all, because its worker was started and died of what is not known.
    public let mayBeTheJobs: Bool

    /// Describes a problem.
    ///
    /// - Parameters:
    ///   - message: What is lacking, in a sentence for people.
    ///   - mayBeTheJobs: Whether it may be the fault of the job after all.
    public init(_ message: String, mayBeTheJobs: Bool = false) {
        self.message = message
        self.mayBeTheJobs = mayBeTheJobs
    }
}

/// Why a worker was not started.
enum LaunchError: Error, Hashable {
    /// One of the same job lives.
    case workerLives
    /// Something is lacking.
    case lacking(LaunchProblem)

    /// Does something that a start needs.
    ///
    /// - Parameters:
    ///   - what: What cannot be done if it fails, as in `the run folder cannot be made`.
    ///   - body: Does it.
    /// - Returns: What the body returns.
    /// - Throws: That something is lacking.
    static func unless<Value>(
        _ what: @autoclosure () -> String,
        _ body: () throws(Errno) -> Value
    ) throws(LaunchError) -> Value {
        do {
            return try body()
        } catch {
            throw .lacking(LaunchProblem("\(what()): \(error.reason)"))
        }
    }
}
