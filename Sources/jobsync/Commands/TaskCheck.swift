import ArgumentParser
import JobModel
import JobTaskFiles
import JobTasks
import SystemPackage

/// `jobsync task check`.
struct TaskCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a task file, without a server."
    )

    @Argument(help: "A task file.", completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    func run() async throws {
        let found = TaskFile(reading: FilePath(file))
        guard found.problems.isEmpty, let task = found.task else {
            for problem in found.problems { Output.remark(problem.description) }
            let count = Wording.count(found.problems.count, "thing")
            throw CommandFailure(.failed, "\(file): \(count) to correct")
        }
        Output.line(
            "\(file): \(task.name) is fine, with "
                + "\(Wording.count(task.stages.count, "stage")) and "
                + Wording.count(task.arguments.count, "argument")
        )
    }
}
