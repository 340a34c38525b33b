import Yams

/// A setting that cannot be used.
struct SettingsError: Error, Hashable, CustomStringConvertible {
    /// Where it was made: `--proc`, `JOBSYNC_PROC`, or `/etc/jobsync.yaml:3: proc`.
    let place: String
    /// What is wrong with it and what is allowed.
    let problem: String

    var description: String { "\(place): \(problem)" }
}

/// One place where settings are made.
struct SettingsSource {
    /// A value and where it stands, for messages.
    struct Entry: Hashable {
        let place: String
        let values: [String]
    }

    private(set) var entries: [ServeSetting: Entry] = [:]

    /// The command line.
    static func options(_ values: [ServeSetting: [String]]) -> SettingsSource {
        var source = SettingsSource()
        for (setting, texts) in values {
            source.entries[setting] = Entry(place: setting.option, values: texts)
        }
        return source
    }

    /// The environment; an empty variable counts as none.
    static func environment(_ variables: [String: String]) -> SettingsSource {
        var source = SettingsSource()
        for setting in ServeSetting.allCases {
            guard let text = variables[setting.variable], !text.isEmpty else { continue }
            let values = setting.isList ? text.split(separator: ",").map(String.init) : [text]
            source.entries[setting] = Entry(place: setting.variable, values: values)
        }
        return source
    }

    private init() {}

    /// A configuration file.
    ///
    /// - Parameters:
    ///   - path: The file's name, for messages.
    ///   - text: What stands in it.
    /// - Throws: What is not as it must be, with file, line and key.
    init(file path: String, text: String) throws(SettingsError) {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw Self.failure(error, in: path)
        } catch {
            throw SettingsError(place: path, problem: "\(error)")
        }
        // An empty file says nothing, and that is fine.
        guard let root, root.scalar?.string.isEmpty != true else { return }
        guard let mapping = root.mapping else {
            throw SettingsError(place: path, problem: "must be a list of settings, `name: value`")
        }
        for (key, value) in mapping {
            let name = key.scalar?.string ?? "?"
            let place = "\(path):\(key.mark?.line ?? 0): \(name)"
            guard let setting = ServeSetting(rawValue: name) else {
                let known = ServeSetting.allCases.map(\.rawValue).joined(separator: ", ")
                throw SettingsError(place: place, problem: "unknown setting; known are \(known)")
            }
            entries[setting] = Entry(place: place, values: try Self.values(value, setting, place))
        }
    }

    private static func values(
        _ node: Node,
        _ setting: ServeSetting,
        _ place: String
    ) throws(SettingsError) -> [String] {
        if let text = node.scalar?.string { return [text] }
        guard setting.isList, let elements = node.sequence else {
            let expected = setting.isList ? "a value or a list of values" : "one value"
            throw SettingsError(place: place, problem: "must be \(expected)")
        }
        var values: [String] = []
        for element in elements {
            guard let text = element.scalar?.string else {
                throw SettingsError(place: place, problem: "must be a list of plain values")
            }
            values.append(text)
        }
        return values
    }

    private static func failure(_ error: YamlError, in path: String) -> SettingsError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            SettingsError(place: "\(path):\(mark.line)", problem: "not YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            SettingsError(
                place: "\(path):\(context.mark.line)",
                problem: "set twice: \(duplicates.sorted().joined(separator: ", "))"
            )
        default:
            SettingsError(
                place: path,
                problem: "not YAML: " + "\(error)".split(separator: "\n").joined(separator: " ")
            )
        }
    }
}
