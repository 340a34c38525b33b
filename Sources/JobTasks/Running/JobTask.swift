/// What can be run as a job: named stages, one after the other.
package protocol StagedWork: AnyObject {
    /// What is done, in order.
    var stages: [TaskStage] { get }

    /// Moves what is to be kept out of the work folder, when all stages are done and no tool lives.
    ///
    /// - Throws: What is not as it must be; then nothing is kept.
    func keepOutputs() throws(TaskFailure)

    /// Undoes what was done outside the work folder, after a cancel or an error.
    func cleanUp() async
}

extension StagedWork {
    package func keepOutputs() throws(TaskFailure) {}
}

/// A task that is written in Swift.
///
/// One value of the type is made for each job, in the job's own process; its
/// stages run one after the other and may keep state in it between them.
package protocol JobTask: StagedWork {
    /// What the catalogue says of the task; its stages are those of ``stages``.
    static var description: TaskDescription { get }

    /// The programs without which it cannot run.
    static var tools: [String] { get }

    /// Takes up a job.
    ///
    /// - Parameter context: What the job was told and how it reports.
    init(context: TaskContext)
}

/// One named step of a task.
package struct TaskStage {
    package let name: String
    package let run: () async throws(TaskFailure) -> Void

    package init(_ name: String, _ run: @escaping () async throws(TaskFailure) -> Void) {
        self.name = name
        self.run = run
    }
}
