package import JSON
import JobModel

/// How a command task travels to the worker: as JSON, so that the worker needs no YAML.
extension CommandTask {
    package var document: JSONObject {
        var document: JSONObject = [
            "stages": .array(stages.map { .object($0.document) }),
            "cleanup": .array(cleanup.map { .string($0.source) }),
        ]
        document["result"] = result.map { .string($0.source) }
        if !outputs.isEmpty {
            document["outputs"] = .array(
                outputs.map {
                    ["path": .string($0.template.source), "optional": .bool($0.isOptional)]
                }
            )
        }
        return document
    }

    /// Reads what ``document`` wrote.
    ///
    /// - Parameter document: The task as JSON.
    /// - Throws: A text whose placeholders are wrong.
    package init(document: JSONValue) throws(TemplateError) {
        var stages: [CommandStage] = []
        for stage in document["stages"]?.arrayValue ?? [] {
            stages.append(try CommandStage(document: stage))
        }
        var outputs: [OutputPattern] = []
        for output in document["outputs"]?.arrayValue ?? [] {
            outputs.append(
                try OutputPattern(
                    Template(output["path"]?.stringValue ?? ""),
                    isOptional: output["optional"]?.boolValue ?? false
                )
            )
        }
        self.init(
            stages: stages,
            cleanup: try Template.list(document["cleanup"]),
            result: try Template.list(document["result"].map { [$0] }).first,
            outputs: outputs
        )
    }
}

extension CommandStage {
    fileprivate var document: JSONObject {
        var document: JSONObject = [
            "name": .string(name),
            "run": .array(run.map { .string($0.source) }),
            "ok": .array(exitCodes.map { .integer($0) }),
            "files": .array(files.map { .string($0.source) }),
            "forbid": .array(forbidden.map { .string($0) }),
        ]
        document["progress"] = progress.map { .string($0) }
        return document
    }

    fileprivate init(document: JSONValue) throws(TemplateError) {
        self.init(
            name: document["name"]?.stringValue ?? "",
            run: try Template.list(document["run"]),
            progress: document["progress"]?.stringValue,
            exitCodes: document["ok"]?.arrayValue?.compactMap(\.integerValue) ?? [0],
            files: try Template.list(document["files"]),
            forbidden: document["forbid"]?.arrayValue?.compactMap(\.stringValue) ?? []
        )
    }
}

extension Template {
    fileprivate static func list(_ value: JSONValue?) throws(TemplateError) -> [Template] {
        var templates: [Template] = []
        for element in value?.arrayValue ?? [] {
            templates.append(try Template(element.stringValue ?? ""))
        }
        return templates
    }
}

extension ArgumentDescription {
    /// Reads what ``document`` wrote, as far as running needs it: names and types.
    ///
    /// - Parameter document: The argument as JSON.
    package init?(document: JSONValue) {
        guard let name = document["name"]?.stringValue,
            let type = document["type"]?.stringValue.flatMap(ArgumentType.init)
        else { return nil }
        self.init(
            name: name,
            type: type,
            items: document["items"]?.stringValue.flatMap(ArgumentType.init),
            names: document["names"]?.stringValue.flatMap(DataKind.init(rawValue:))
        )
    }
}
