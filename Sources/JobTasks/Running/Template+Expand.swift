import JSON
import JobModel
import SystemPackage

/// What stands for the placeholders of one job.
struct TemplateValues {
    private let arguments: [String: [String]]
    private let variables: [Template.Variable: String]

    /// Takes a job's arguments; those that are paths are found below the data folder.
    ///
    /// - Throws: A path that is gone or leads outside by now.
    init(
        _ context: TaskContext,
        described arguments: [ArgumentDescription]
    ) throws(TaskFailure) {
        var texts: [String: [String]] = [:]
        for (name, value) in context.args {
            let description = arguments.first { $0.name == name }
            let paths = description?.paths(in: value) ?? []
            do {
                texts[name] =
                    paths.isEmpty
                    ? Self.texts(of: value, type: description?.type)
                    : try paths.map { path throws(ArgumentError) in
                        try DataPath.resolve(
                            path.path,
                            in: context.data,
                            field: "args.\(name)\(path.place)"
                        ).string
                    }
            } catch {
                throw .task(error.description)
            }
        }
        self.arguments = texts
        variables = [
            .id: context.id.rawValue, .task: context.task, .proc: "\(context.resources.proc)",
            .mem: "\(context.resources.mem)", .work: context.work.string,
            .data: context.data.string,
        ]
    }

    private static func texts(of value: JSONValue, type: ArgumentType?) -> [String] {
        if type == .list, let elements = value.arrayValue { return elements.map(text(of:)) }
        return [text(of: value)]
    }

    private static func text(of value: JSONValue) -> String {
        value.stringValue ?? value.description
    }

    /// The arguments that an element of a command line becomes.
    ///
    /// - Throws: An argument that the job lacks.
    func expand(_ template: Template) throws(TaskFailure) -> [String] {
        if template.isWholePlaceholder {
            return try values(of: template.arguments[0])
        }
        var text = ""
        for part in template.parts {
            switch part {
            case .text(let part): text += part
            case .placeholder(.variable(let variable)): text += variables[variable] ?? ""
            case .placeholder(.argument(let name)):
                text += try values(of: name).joined(separator: " ")
            }
        }
        return [text]
    }

    /// The pattern that a text with placeholders becomes, in which values stand for themselves.
    ///
    /// - Throws: An argument that the job lacks.
    func expand(pattern template: Template) throws(TaskFailure) -> String {
        var text = ""
        for part in template.parts {
            if case .text(let part) = part {
                text += part
                continue
            }
            for value in try expand(Template(part)) {
                // Not by characters: a star before a combining mark is a star.
                for scalar in value.unicodeScalars {
                    if "\\*?[".unicodeScalars.contains(scalar) { text.append("\\") }
                    text.unicodeScalars.append(scalar)
                }
            }
        }
        return text
    }

    func expand(_ templates: [Template]) throws(TaskFailure) -> [String] {
        var expanded: [String] = []
        for template in templates { expanded += try expand(template) }
        return expanded
    }

    private func values(of name: String) throws(TaskFailure) -> [String] {
        guard let values = arguments[name] else {
            throw .task("args.\(name): is not given, and the task's command line needs it")
        }
        return values
    }
}
