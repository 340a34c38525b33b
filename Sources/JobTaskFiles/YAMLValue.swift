import JSON
import JobTasks
import Yams

/// Collects what is wrong with a file while it is read on.
final class ProblemLog {
    private let file: String
    private(set) var problems: [TaskProblem] = []

    init(file: String) {
        self.file = file
    }

    func add(_ message: String, line: Int?) {
        problems.append(TaskProblem(file: file, line: line, message: message))
    }
}

/// A part of a YAML file, which knows where it stands and reports what is wrong with it.
struct YAMLValue {
    private let node: Node
    private let log: ProblemLog
    /// Where it stands, such as `stages[1].run`; empty for the whole file.
    let path: String

    init(_ node: Node, path: String, log: ProblemLog) {
        self.node = node
        self.path = path
        self.log = log
    }

    var line: Int? { node.mark?.line }

    /// Reports that something is wrong here.
    func refuse(_ message: String) {
        log.add(path.isEmpty ? message : "\(path): \(message)", line: line)
    }

    // MARK: Scalars

    /// The text of a scalar, quoted or not.
    func text() -> String? {
        guard case .scalar(let scalar) = node else {
            refuse("must be a text")
            return nil
        }
        return scalar.string
    }

    func integer(in range: ClosedRange<Int>) -> Int? {
        guard let value = json.integerValue, value >= range.lowerBound else {
            refuse("must be a whole number of at least \(range.lowerBound)")
            return nil
        }
        guard range.contains(value) else {
            refuse("must be at most \(range.upperBound)")
            return nil
        }
        return value
    }

    func number() -> Double? {
        guard let value = json.numberValue else {
            refuse("must be a number")
            return nil
        }
        return value
    }

    func boolean() -> Bool? {
        guard let value = json.boolValue else {
            refuse("must be true or false")
            return nil
        }
        return value
    }

    /// A time such as `30s`, `1.5h` or `500ms`.
    func duration() -> Duration? {
        guard let duration = text().flatMap(Duration.init(words:)) else {
            refuse("must be a time with its unit, such as 500ms, 30s, 10m, 12h or 2d")
            return nil
        }
        return duration
    }

    // MARK: Collections

    var isMapping: Bool {
        if case .mapping = node { true } else { false }
    }

    func list() -> [YAMLValue]? {
        guard case .sequence(let sequence) = node else {
            refuse("must be a list")
            return nil
        }
        return sequence.enumerated().map { index, node in
            YAMLValue(node, path: "\(path)[\(index)]", log: log)
        }
    }

    /// The members in order; a key that is no text is reported and left out.
    func members() -> [(key: String, value: YAMLValue)]? {
        guard case .mapping(let mapping) = node else {
            refuse(path.isEmpty ? "must be a mapping with name and stages" : "must be a mapping")
            return nil
        }
        return mapping.compactMap { key, value in
            guard case .scalar(let name) = key else {
                log.add("a key must be a text", line: key.mark?.line)
                return nil
            }
            let path = path.isEmpty ? name.string : "\(path).\(name.string)"
            return (name.string, YAMLValue(value, path: path, log: log))
        }
    }

    /// The members by name; keys that are not known are reported.
    func members(known: [String]) -> [String: YAMLValue]? {
        guard let members = members() else { return nil }
        for (key, value) in members where !known.contains(key) {
            let meant = Spelling.nearest(to: key, among: known)
            log.add(
                meant.map { "\(value.path): unknown key; did you mean \($0)?" }
                    ?? "\(value.path): unknown key; there are \(known.joined(separator: ", "))",
                line: value.keyLine(of: key, in: self)
            )
        }
        return Dictionary(members.map { ($0.key, $0.value) }) { first, _ in first }
    }

    private func keyLine(of key: String, in parent: YAMLValue) -> Int? {
        guard case .mapping(let mapping) = parent.node else { return line }
        return mapping.first { $0.key.scalar?.string == key }?.key.mark?.line ?? line
    }

    // MARK: JSON

    /// The value as JSON.
    ///
    /// Plain words mean what YAML 1.2 says: only `true` and `false` are truth values, so that
    /// `on`, `no` or `2026-01-01` stay texts.
    var json: JSONValue {
        switch node {
        case .scalar(let scalar):
            scalar.style == .plain ? Self.meaning(of: scalar.string) : .string(scalar.string)
        case .sequence(let sequence):
            .array(sequence.map { YAMLValue($0, path: path, log: log).json })
        case .mapping(let mapping):
            .object(
                JSONObject(
                    mapping.map { key, value in
                        (key.scalar?.string ?? "", YAMLValue(value, path: path, log: log).json)
                    },
                    uniquingKeysWith: { $1 }
                )
            )
        case .alias:
            .null
        }
    }

    private static func meaning(of word: String) -> JSONValue {
        switch word {
        case "", "~", "null": .null
        case "true", "True", "TRUE": .bool(true)
        case "false", "False", "FALSE": .bool(false)
        default: number(word) ?? .string(word)
        }
    }

    private static func number(_ word: String) -> JSONValue? {
        let digits = word.hasPrefix("+") ? String(word.dropFirst()) : word
        let isNumber = digits.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
        guard isNumber else { return nil }
        if let number = try? JSONValue(parsing: digits) { return number }
        // What JSON does not know: leading zeros, and points without a digit on one side.
        if let whole = Int(digits) { return .integer(whole) }
        return Double(digits).flatMap { $0.isFinite ? .number($0) : nil }
    }
}
