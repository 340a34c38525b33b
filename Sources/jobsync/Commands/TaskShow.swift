import ArgumentParser
import JSON

/// `jobsync task show`.
struct TaskShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what a task does and which arguments it takes."
    )

    @Argument(help: "The task.") var name: String

    @Flag(help: "Print the document as JSON.") var json = false

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let connection = try await server.connect()
        let tasks = try await connection.ask("tasks.list")["tasks"]?.arrayValue ?? []
        await connection.close()
        guard let task = tasks.first(where: { $0.text("name") == name }) else {
            let known = tasks.map { $0.text("name") }.joined(separator: ", ")
            throw CommandFailure(.failed, "there is no task \"\(name)\"; there are \(known)")
        }
        guard !json else { return Output.line(task.description) }
        Output.line("\(name)  \(task.text("description"))")
        if let reason = task["reason"]?.stringValue { Output.line("unavailable: \(reason)") }
        let stages = (task["stages"]?.arrayValue ?? []).compactMap(\.stringValue)
        Output.line("stages     \(stages.joined(separator: ", "))")
        Output.line("cores      \(task["proc"]?.countValue ?? 0)")
        Output.line("memory     \(task["mem"]?.countValue ?? 0) GB")
        Output.line("limit      \(TaskWords.limit(of: task))")
        Output.line("source     \(task.text("source"))")
        let arguments = task["args"]?.arrayValue ?? []
        guard !arguments.isEmpty else { return Output.line("It takes no arguments.") }
        Output.line("arguments")
        for argument in arguments {
            Output.line("  \(argument.text("name"))=\(Self.form(of: argument))")
            let description = argument.text("description")
            if !description.isEmpty { Output.line("      \(description)") }
        }
    }

    /// What may stand behind an argument's name.
    private static func form(of argument: JSONValue) -> String {
        var words = [argument.text("type").uppercased()]
        if let items = argument["items"]?.stringValue { words[0] += " of \(items)" }
        if let choice = argument["enum"]?.arrayValue {
            words = [choice.map { $0.stringValue ?? $0.description }.joined(separator: "|")]
        }
        if let least = argument["min"] { words.append("from \(least)") }
        if let most = argument["max"] { words.append("up to \(most)") }
        if let most = argument["max_items"] { words.append("at most \(most)") }
        if argument["required"]?.boolValue == true {
            words.append("(required)")
        } else if let usual = argument["default"], !usual.isNull {
            words.append("(default: \(usual))")
        }
        return words.joined(separator: " ")
    }
}

/// `jobsync task limit`.
struct TaskLimit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limit",
        abstract: "Say how many jobs of a task may run at once.",
        discussion: """
            It holds at once and for ever. Jobs that run go on.

              jobsync task limit nuvs 2
              jobsync task limit nuvs 0       no job of it starts
              jobsync task limit nuvs none    only cores and memory limit it
            """
    )

    @Argument(help: "The task.") var name: String

    @Argument(help: "How many, or none.") var limit: String

    @Flag(help: "Print the task as JSON.") var json = false

    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard limit == "none" || (Int(limit) ?? -1) >= 0 else {
            throw ValidationError("must be a whole number or none, not \"\(limit)\"")
        }
    }

    func run() async throws {
        let connection = try await server.connect()
        let task = try await connection.ask(
            "tasks.limit",
            ["task": .string(name), "limit": Int(limit).map { .integer($0) } ?? .null]
        )
        await connection.close()
        Output.line(json ? task.description : "\(name) limit \(TaskWords.limit(of: task))")
    }
}
