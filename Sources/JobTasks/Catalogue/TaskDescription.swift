public import JobModel

/// What there is to know about a task without running it.
public struct TaskDescription: Hashable, Sendable {
    /// The name, `[a-z][a-z0-9_]*`.
    public var name: String
    /// What it does, in words for people.
    public var description: String
    /// Cores and memory of a job that asks for none.
    public var resources: Resources
    /// How many of its jobs may run at once, if the task's author set a limit; 0 pauses.
    public var limit: Int?
    /// The time from SIGTERM to SIGKILL.
    public var grace: Duration
    /// How long a whole job may take.
    public var timeout: Duration?
    /// Whether a job may start again after the machine went down under it.
    public var isRestartable: Bool
    /// How many attempts at a job that may start again there are at most, the first one included.
    public var attempts: Int
    /// The arguments, in the order in which forms show them.
    public var arguments: [ArgumentDescription]
    /// Names that may be given and are dropped, because older clients send them.
    public var ignoredArguments: Set<String>
    /// The names of the stages, in order.
    public var stages: [String]
    /// Where it comes from: `built-in` or the name of a file.
    public var source: String
    /// Why it cannot run here, for example because a tool is missing; nil if it can.
    public var unavailable: String?
    /// The commands of a command task; nil for one that is written in Swift.
    public var command: CommandTask?

    /// Where built-in tasks come from.
    public static let builtIn = "built-in"

    /// The time from SIGTERM to SIGKILL where a task names none.
    public static let defaultGrace = Duration.seconds(10)

    /// How many attempts there are where a task names no number.
    public static let defaultAttempts = 3

    /// The most attempts that a task may name: each has its entry in a job's history.
    public static let maximumAttempts = 100

    /// Describes a task.
    ///
    /// - Parameters:
    ///   - name: The name, `[a-z][a-z0-9_]*`.
    ///   - description: What it does, in words for people.
    ///   - resources: Cores and memory of a job that asks for none.
    ///   - limit: How many of its jobs may run at once.
    ///   - grace: The time from SIGTERM to SIGKILL.
    ///   - timeout: How long a whole job may take.
    ///   - isRestartable: Whether a job may start again after the machine went down.
    ///   - attempts: How many attempts at such a job there are at most.
    ///   - arguments: The arguments.
    ///   - ignoredArguments: Names that may be given and are dropped.
    ///   - stages: The names of the stages, in order.
    ///   - source: Where it comes from.
    ///   - unavailable: Why it cannot run here.
    ///   - command: The commands of a command task.
    public init(
        name: String,
        description: String = "",
        resources: Resources = Resources(proc: 1, mem: 1),
        limit: Int? = nil,
        grace: Duration = Self.defaultGrace,
        timeout: Duration? = nil,
        isRestartable: Bool = false,
        attempts: Int = Self.defaultAttempts,
        arguments: [ArgumentDescription] = [],
        ignoredArguments: Set<String> = [],
        stages: [String],
        source: String = Self.builtIn,
        unavailable: String? = nil,
        command: CommandTask? = nil
    ) {
        self.name = name
        self.description = description
        self.resources = resources
        self.limit = limit
        self.grace = grace
        self.timeout = timeout
        self.isRestartable = isRestartable
        self.attempts = attempts
        self.arguments = arguments
        self.ignoredArguments = ignoredArguments
        self.stages = stages
        self.source = source
        self.unavailable = unavailable
        self.command = command
    }

    /// Whether a text can be the name of a task, a stage or an argument.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - leadingUnderscore: Whether it may begin with `_`, as the argument `_id` does.
    /// - Returns: True for `[a-z][a-z0-9_]*`, up to 64 characters.
    public static func isName(_ text: String, leadingUnderscore: Bool = false) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 64 else { return false }
        let startsRight =
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first)
            || leadingUnderscore && first == UInt8(ascii: "_")
        return startsRight
            && text.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
