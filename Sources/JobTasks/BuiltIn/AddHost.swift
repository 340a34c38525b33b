import JobModel

/// Indexes a host genome for both aligners.
package final class AddHost: JobTask {
    let context: TaskContext

    package init(context: TaskContext) throws(TaskFailure) {
        self.context = context
    }

    package var stages: [TaskStage] { [] }

    package func cleanUp() async {}
}
