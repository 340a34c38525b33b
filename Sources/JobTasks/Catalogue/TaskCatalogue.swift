/// What is wrong with a task file.
public struct TaskProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file's name.
    public let file: String
    /// The line, counted from 1, if it is known.
    public let line: Int?
    /// What is wrong there and what is allowed.
    public let message: String

    /// Describes a problem.
    ///
    /// - Parameters:
    ///   - file: The file's name.
    ///   - line: The line, counted from 1.
    ///   - message: What is wrong there and what is allowed.
    public init(file: String, line: Int?, message: String) {
        self.file = file
        self.line = line
        self.message = message
    }

    /// A line for people, as compilers write it: `file:line: message`.
    public var description: String {
        [file, line.map { String($0) }, " " + message].compactMap(\.self).joined(separator: ":")
    }
}

/// The tasks that there are, found by name.
public struct TaskCatalogue: Hashable, Sendable {
    /// All tasks, ordered by name.
    public let tasks: [TaskDescription]
    /// What was wrong with files that were left out.
    public let problems: [TaskProblem]

    private let places: [String: Int]

    /// Makes a catalogue.
    ///
    /// - Parameters:
    ///   - tasks: The tasks; of two with one name the first counts.
    ///   - problems: What was wrong with files that were left out.
    public init(tasks: [TaskDescription], problems: [TaskProblem] = []) {
        var known: Set<String> = []
        self.tasks = tasks.filter { known.insert($0.name).inserted }.sorted { $0.name < $1.name }
        self.problems = problems
        places = Dictionary(
            uniqueKeysWithValues: self.tasks.enumerated().map { ($1.name, $0) }
        )
    }

    /// The tasks that are written in Swift, each with what it lacks on this machine.
    public static var builtIn: TaskCatalogue {
        TaskCatalogue(tasks: BuiltInTasks.all.map { $0.checkedDescription() })
    }

    /// The task of that name.
    public subscript(_ name: String) -> TaskDescription? {
        places[name].map { tasks[$0] }
    }

    /// A task whose name looks like a wrong one, to ask "did you mean".
    ///
    /// - Parameter name: A name that no task has.
    /// - Returns: The nearest name, if one is near.
    public func suggestion(for name: String) -> String? {
        Spelling.nearest(to: name, among: tasks.map(\.name))
    }
}
