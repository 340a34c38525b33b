import JSON
import JobModel
import JobTasks

/// Reads a whole task file, and reports all that is wrong with it.
struct TaskReader {
    private static let keys = [
        "name", "description", "proc", "mem", "limit", "grace", "timeout", "restartable",
        "attempts", "args", "stages", "cleanup", "result", "outputs",
    ]

    private let file: YAMLValue
    private let source: String
    private let members: [String: YAMLValue]

    init(_ file: YAMLValue, source: String) {
        self.file = file
        self.source = source
        members = file.members(known: Self.keys) ?? [:]
    }

    /// The line of the task's name.
    var nameLine: Int? { members["name"]?.line }

    /// The task; of use only if nothing was reported.
    func read() -> TaskDescription? {
        guard !members.isEmpty else { return nil }
        let name = readName()
        let arguments = (members["args"]?.members() ?? []).map {
            ArgumentReader($0.value, name: $0.key).read()
        }
        let commands = CommandReader(arguments: arguments)
        let stages = readStages(commands)
        let command = CommandTask(
            stages: stages,
            cleanup: members["cleanup"].map { commands.command($0) } ?? [],
            result: members["result"].flatMap { commands.text($0) },
            outputs: (members["outputs"]?.list() ?? []).compactMap { commands.output($0) }
        )
        return TaskDescription(
            name: name,
            description: members["description"]?.text() ?? "",
            resources: Resources(
                proc: members["proc"]?.integer(in: 1...Resources.procRange.upperBound) ?? 1,
                mem: members["mem"]?.integer(in: 1...Resources.memRange.upperBound) ?? 1
            ),
            limit: members["limit"].flatMap {
                $0.json.isNull ? nil : $0.integer(in: 0...1_000_000)
            },
            grace: members["grace"]?.duration() ?? TaskDescription.defaultGrace,
            timeout: members["timeout"].flatMap { $0.duration() },
            isRestartable: members["restartable"]?.boolean() ?? false,
            attempts: readAttempts(),
            arguments: arguments,
            stages: stages.map(\.name),
            source: source,
            unavailable: command.missingTools,
            command: command
        )
    }

    private func readName() -> String {
        guard let value = members["name"] else {
            file.refuse("name is missing")
            return ""
        }
        guard let name = value.text() else { return "" }
        if !TaskDescription.isName(name) {
            value.refuse("must be lower-case letters, digits and _, the first a letter")
        }
        return name
    }

    private func readAttempts() -> Int {
        guard let value = members["attempts"] else { return TaskDescription.defaultAttempts }
        let count = value.integer(in: 1...TaskDescription.maximumAttempts)
        if members["restartable"]?.json.boolValue != true {
            value.refuse("is only for a task that is restartable: true")
        }
        return count ?? TaskDescription.defaultAttempts
    }

    private func readStages(_ commands: CommandReader) -> [CommandStage] {
        guard let value = members["stages"] else {
            file.refuse("stages is missing")
            return []
        }
        guard let list = value.list() else { return [] }
        if list.isEmpty { value.refuse("must have at least one stage") }
        var names: Set<ExactText> = []
        return list.map { stage in
            let read = commands.stage(stage)
            if !read.name.isEmpty, !names.insert(ExactText(read.name)).inserted {
                stage.refuse("there is a stage \(read.name) already")
            }
            return read
        }
    }
}
