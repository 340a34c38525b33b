public import JobTasks
public import SystemPackage
import Yams

/// A command task as its author wrote it, or what is wrong with it.
public struct TaskFile: Hashable, Sendable {
    /// The most that a task file may have; more is no task.
    private static let maximumSize = 1 << 20

    /// The task; nil if the file is wrong.
    public let task: TaskDescription?
    /// What is wrong, from top to bottom; empty if nothing is.
    public let problems: [TaskProblem]
    /// The line of the task's name.
    let nameLine: Int?

    /// Reads a file.
    ///
    /// - Parameter path: The file.
    public init(reading path: FilePath) {
        let name = path.lastComponent?.string ?? path.string
        do {
            let bytes = try Files.read(path, limit: Self.maximumSize, followsLink: true)
            self.init(parsing: bytes, named: name)
        } catch .fileTooLarge {
            self.init(
                problem: TaskProblem(
                    file: name,
                    line: nil,
                    message: "has more than \(Self.maximumSize) bytes"
                )
            )
        } catch {
            self.init(
                problem: TaskProblem(
                    file: name,
                    line: nil,
                    message: "cannot be read: \(error.reason)"
                )
            )
        }
    }

    /// Reads a text.
    ///
    /// - Parameters:
    ///   - text: The file's text.
    ///   - name: The file's name, for messages and as the task's source.
    public init(parsing text: String, named name: String) {
        self.init(parsing: Array(text.utf8), named: name)
    }

    private init(task: TaskDescription?, problems: [TaskProblem], nameLine: Int?) {
        self.task = task
        self.problems = problems
        self.nameLine = nameLine
    }

    private init(problem: TaskProblem) {
        self.init(task: nil, problems: [problem], nameLine: nil)
    }

    private init(parsing bytes: [UInt8], named name: String) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            self.init(problem: TaskProblem(file: name, line: nil, message: "is not UTF-8"))
            return
        }
        do {
            guard let node = try Yams.compose(yaml: text) else {
                self.init(problem: TaskProblem(file: name, line: nil, message: "is empty"))
                return
            }
            let log = ProblemLog(file: name)
            let reader = TaskReader(YAMLValue(node, path: "", log: log), source: name)
            let task = reader.read()
            self.init(
                task: log.problems.isEmpty ? task : nil,
                problems: log.problems,
                nameLine: reader.nameLine
            )
        } catch {
            self.init(problem: TaskProblem(file: name, error: error))
        }
    }
}

extension TaskProblem {
    /// Says what is wrong with a file that is not even YAML.
    fileprivate init(file: String, error: any Error) {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.init(file: file, line: mark.line, message: "is not YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            self.init(
                file: file,
                line: context.mark.line,
                message: Self.twice(duplicates)
            )
        case .reader(let problem, _, _, _):
            self.init(file: file, line: nil, message: "is not YAML: \(problem)")
        default:
            self.init(file: file, line: nil, message: "is not YAML: \(error)")
        }
    }

    /// To the library of YAML keys are the same that look the same.
    private static func twice(_ keys: [String]) -> String {
        let sentence = "has a key twice: \(keys.joined(separator: ", "))"
        let isPlain = keys.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } }
        return isPlain
            ? sentence : sentence + "; letters count as the same however they are written"
    }
}
