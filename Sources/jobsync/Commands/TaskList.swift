import ArgumentParser
import JSON
import JobModel

/// `jobsync task list`.
struct TaskList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the tasks."
    )

    @Flag(help: "Print one JSON document a line.") var json = false

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let connection = try await server.connect()
        let answer = try await connection.ask("tasks.list")
        await connection.close()
        TaskWords.show(answer, isJSON: json)
    }
}

/// `jobsync task reload`.
struct TaskReload: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Have the server read its task files anew."
    )

    @Flag(help: "Print one JSON document a line.") var json = false

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let connection = try await server.connect()
        let answer = try await connection.ask("tasks.reload")
        await connection.close()
        TaskWords.show(answer, isJSON: json)
        let problems = answer["problems"]?.arrayValue?.count ?? 0
        if problems > 0 {
            throw CommandFailure(
                .failed,
                "\(Wording.count(problems, "task file")) cannot be used and \(problems == 1 ? "was" : "were") left out"
            )
        }
    }
}

/// How tasks are shown.
enum TaskWords {
    /// Prints tasks and, on standard error, what is wrong with task files.
    static func show(_ answer: JSONValue, isJSON: Bool) {
        let tasks = answer["tasks"]?.arrayValue ?? []
        if isJSON {
            Output.text(tasks.map { $0.description + "\n" }.joined())
        } else {
            let lines = table(of: tasks).lines(
                width: Terminal.isOutput ? Terminal.size.columns : nil,
                hasColour: Terminal.hasColour
            )
            Output.text(lines.map { $0 + "\n" }.joined())
        }
        for problem in answer["problems"]?.arrayValue ?? [] {
            let line = problem["line"]?.integerValue.map { ":\($0)" } ?? ""
            Output.remark("\(problem.text("file"))\(line): \(problem.text("message"))")
        }
    }

    /// The limit of a task; none is shown as such.
    static func limit(of task: JSONValue) -> String {
        switch task["limit"]?.integerValue {
        case nil: "none"
        case 0?: "paused"
        case let limit?: "\(limit)"
        }
    }

    private static func table(of tasks: [JSONValue]) -> Table {
        var table = Table(columns: [
            Table.Column(title: "TASK", shrinksTo: 12),
            Table.Column(title: "RUNNING", isRightAligned: true, dispensability: 2),
            Table.Column(title: "WAITING", isRightAligned: true, dispensability: 2),
            Table.Column(title: "LIMIT", isRightAligned: true),
            Table.Column(title: "CORES", isRightAligned: true, dispensability: 3),
            Table.Column(title: "MEM", isRightAligned: true, dispensability: 3),
            Table.Column(title: "DESCRIPTION", shrinksTo: 10, dispensability: 1),
        ])
        table.rows = tasks.map { task in
            let reason = task["reason"]?.stringValue
            return [
                Table.Cell(task.text("name"), reason == nil ? .plain : .dim),
                Table.Cell("\(task["running"]?.countValue ?? 0)"),
                Table.Cell("\(task["waiting"]?.countValue ?? 0)"),
                Table.Cell(limit(of: task)),
                Table.Cell("\(task["proc"]?.countValue ?? 0)"),
                Table.Cell("\(task["mem"]?.countValue ?? 0)G"),
                reason.map { Table.Cell("unavailable: \($0)", .yellow) }
                    ?? Table.Cell(task.text("description")),
            ]
        }
        return table
    }
}
