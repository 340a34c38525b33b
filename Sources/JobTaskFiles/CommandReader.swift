import JobTasks

/// Reads command lines, and checks that each placeholder has something to stand for.
struct CommandReader {
    private static let keys = ["name", "run", "progress", "ok", "files", "forbid"]

    let arguments: [ArgumentDescription]

    func stage(_ value: YAMLValue) -> CommandStage {
        let members = value.members(known: Self.keys) ?? [:]
        var stage = CommandStage(name: "", run: [])
        if let name = members["name"] {
            stage.name = name.text() ?? ""
            if !TaskDescription.isName(stage.name) {
                name.refuse("must be lower-case letters, digits and _, the first a letter")
            }
        } else if !members.isEmpty {
            value.refuse("name is missing")
        }
        if let run = members["run"] {
            stage.run = command(run)
        } else if !members.isEmpty {
            value.refuse("run is missing: the program and its arguments, as a list")
        }
        stage.progress = members["progress"].flatMap { pattern($0, needsGroup: true) }
        stage.files = (members["files"]?.list() ?? []).compactMap { text($0) }
        stage.forbidden = (members["forbid"]?.list() ?? []).compactMap {
            pattern($0, needsGroup: false)
        }
        if let codes = members["ok"] { stage.exitCodes = exitCodes(codes) }
        return stage
    }

    /// The program and its arguments.
    func command(_ value: YAMLValue) -> [Template] {
        guard let list = value.list() else { return [] }
        if list.isEmpty { value.refuse("must have at least the program to run") }
        return list.compactMap { template($0, allowsSpreading: true) }
    }

    /// A text with placeholders that is one text in the end.
    func text(_ value: YAMLValue) -> Template? { template(value, allowsSpreading: false) }

    /// A pattern of files that are kept: a text, or a mapping with `path` and `optional`.
    func output(_ value: YAMLValue) -> OutputPattern? {
        var path = value
        var isOptional = false
        if value.isMapping {
            guard let members = value.members(known: ["path", "optional"]) else { return nil }
            guard let given = members["path"] else {
                value.refuse("path is missing: which files are kept")
                return nil
            }
            path = given
            isOptional = members["optional"]?.boolean() ?? false
        }
        guard let template = text(path) else { return nil }
        do {
            return try OutputPattern(template, isOptional: isOptional)
        } catch {
            path.refuse(error.message)
            return nil
        }
    }

    private func exitCodes(_ value: YAMLValue) -> [Int] {
        guard let list = value.list() else { return [0] }
        if list.isEmpty { value.refuse("must have at least one exit code") }
        return list.compactMap { code in
            guard let number = code.integer(in: 0...(.max)) else { return nil }
            if number > 255 { code.refuse("must be an exit code, from 0 to 255") }
            return number
        }
    }

    private func pattern(_ value: YAMLValue, needsGroup: Bool) -> String? {
        guard let source = value.text() else { return nil }
        do {
            _ = try Regex(source)
            if needsGroup, !source.hasGroup {
                value.refuse("must have a group, for the percentage")
            }
        } catch {
            value.refuse("is not a regular expression: \(error)")
        }
        return source
    }

    private func template(_ value: YAMLValue, allowsSpreading: Bool) -> Template? {
        guard let source = value.text() else { return nil }
        do {
            let template = try Template(source)
            for name in template.arguments {
                checkArgument(name, in: template, value, allowsSpreading: allowsSpreading)
            }
            return template
        } catch {
            value.refuse(error.message)
            return nil
        }
    }

    private func checkArgument(
        _ name: String,
        in template: Template,
        _ value: YAMLValue,
        allowsSpreading: Bool
    ) {
        guard let argument = arguments.first(where: { $0.name == name }) else {
            let meant = Spelling.nearest(to: name, among: arguments.map(\.name))
            value.refuse(
                "unknown placeholder {args.\(name)}"
                    + (meant.map { "; did you mean {args.\($0)}?" } ?? ": args has no \(name)")
            )
            return
        }
        if !argument.isRequired, argument.defaultValue == nil {
            value.refuse("{args.\(name)} may be missing; make \(name) required or give a default")
        }
        let isAlone = template.isWholePlaceholder && allowsSpreading
        if !isAlone, argument.type == .list || argument.type == .object {
            value.refuse(
                "{args.\(name)} is a \(argument.type.rawValue) and must stand alone in an element "
                    + "of a command line"
            )
        }
    }
}

extension String {
    /// Whether a regular expression has a group that captures.
    fileprivate var hasGroup: Bool {
        var isEscaped = false
        var isInSet = false
        for (index, character) in zip(indices, self) {
            defer { isEscaped = character == "\\" && !isEscaped }
            guard !isEscaped else { continue }
            switch character {
            case "[": isInSet = true
            case "]": isInSet = false
            case "(" where !isInSet:
                let rest = self[self.index(after: index)...]
                if !rest.hasPrefix("?")
                    || rest.hasPrefix("?<") && !rest.hasPrefix("?<=")
                        && !rest.hasPrefix("?<!")
                    || rest.hasPrefix("?P<")
                {
                    return true
                }
            default: break
            }
        }
        return false
    }
}
