import JSON
import JobModel
import SystemPackage

/// Runs the command lines of a command task.
package final class CommandWork: StagedWork {
    /// A result is shown with the job and kept in the store; a file belongs on disk.
    static let maximumResult = 1 << 20

    private let context: TaskContext
    private let command: CommandTask
    private let arguments: [ArgumentDescription]

    package init(
        context: TaskContext,
        command: CommandTask,
        arguments: [ArgumentDescription]
    ) {
        self.context = context
        self.command = command
        self.arguments = arguments
    }

    package var stages: [TaskStage] {
        command.stages.enumerated().map { index, stage in
            let isLast = index == command.stages.count - 1
            return TaskStage(stage.name) { () async throws(TaskFailure) in
                try await self.run(stage)
                if isLast { try self.readResult() }
            }
        }
    }

    package func keepOutputs() throws(TaskFailure) {
        guard !command.outputs.isEmpty else { return }
        try context.checkWorkFolder()
        let values = try TemplateValues(context, described: arguments)
        var files: [KeptFile] = []
        for output in command.outputs {
            let pattern = try values.expand(pattern: output.template)
            let found = try OutputSearch(in: context.work).files(matching: pattern)
            guard !found.isEmpty || output.isOptional else {
                throw .task("outputs: no file matches \(pattern)" + context.spaceHint)
            }
            files += found
        }
        try context.keep(files)
    }

    package func cleanUp() async {
        guard !command.cleanup.isEmpty else { return }
        do {
            let values = try TemplateValues(context, described: arguments)
            try await context.run(Tool(values.expand(command.cleanup)))
        } catch {
            context.log("cleanup failed: \(error.message ?? "stopped")")
        }
    }

    private func run(_ stage: CommandStage) async throws(TaskFailure) {
        let values = try TemplateValues(context, described: arguments)
        var tool = Tool(try values.expand(stage.run))
        tool.exitCodes = stage.exitCodes
        tool.files = try values.expand(stage.files).map { FilePath($0) }
        tool.forbidden = stage.forbidden
        tool.progress = stage.progress.map { .percentage(pattern: $0) }
        try await context.run(tool)
    }

    private func readResult() throws(TaskFailure) {
        guard let result = command.result else { return }
        try context.checkWorkFolder()
        let values = try TemplateValues(context, described: arguments)
        let path = context.work.pushing(FilePath(try values.expand(result).joined()))
        let bytes: [UInt8]
        do {
            bytes = try Files.read(path, limit: Self.maximumResult, followsLink: true)
        } catch .fileTooLarge {
            throw .task(
                "the result \(path) has more than \(Self.maximumResult >> 20) MiB, as a job's result may have; "
                    + "name a file that is larger in outputs"
            )
        } catch {
            throw .task("the result \(path) cannot be read: \(error.reason)")
        }
        do {
            context.result = try JSONValue(parsing: bytes)
        } catch {
            throw .task("the result \(path) is not JSON: \(error)")
        }
    }
}
