import ArgumentParser

/// `jobsync task`.
struct TaskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "task",
        abstract: "Show the kinds of work that the server knows, and limit them.",
        subcommands: [
            TaskList.self, TaskShow.self, TaskLimit.self, TaskCheck.self, TaskReload.self,
        ],
        defaultSubcommand: TaskList.self
    )
}
