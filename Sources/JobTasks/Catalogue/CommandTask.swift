import JSON

/// A task whose stages are command lines.
public struct CommandTask: Hashable, Sendable {
    /// The stages, in order.
    public var stages: [CommandStage]
    /// What is run after a cancel or an error, before the work folder is removed.
    public var cleanup: [Template]
    /// The JSON file that becomes the job's result.
    public var result: Template?
    /// The files of the work folder that are kept when the job is complete.
    public var outputs: [OutputPattern]

    /// Describes a task whose stages are command lines.
    ///
    /// - Parameters:
    ///   - stages: The stages, in order.
    ///   - cleanup: What is run after a cancel or an error; empty for nothing.
    ///   - result: The JSON file that becomes the job's result.
    ///   - outputs: The files of the work folder that are kept when the job is complete.
    public init(
        stages: [CommandStage],
        cleanup: [Template] = [],
        result: Template? = nil,
        outputs: [OutputPattern] = []
    ) {
        self.stages = stages
        self.cleanup = cleanup
        self.result = result
        self.outputs = outputs
    }

    /// The programs that the stages name; one that is a placeholder is left out.
    package var tools: [String] {
        var seen: Set<ExactText> = []
        return (stages.map(\.run) + [cleanup]).compactMap { command in
            guard let first = command.first, first.parts.count == 1,
                case .text(let tool) = first.parts[0], seen.insert(ExactText(tool)).inserted
            else { return nil }
            return tool
        }
    }

    /// The sentence that says which tools are missing on this machine; nil if none is.
    package var missingTools: String? { Tools.missing(among: tools) }
}

/// A stage that is one command line.
public struct CommandStage: Hashable, Sendable {
    /// The stage's name.
    public var name: String
    /// The program and its arguments; no shell sees them unless it is named here.
    public var run: [Template]
    /// A regular expression over lines of output whose first group is a percentage.
    public var progress: String?
    /// The exit codes that mean success.
    public var exitCodes: [Int]
    /// Files that must be there and not be empty when the command has ended.
    public var files: [Template]
    /// Regular expressions over lines of output that mean failure, whatever the exit code.
    public var forbidden: [String]

    /// Describes a stage.
    ///
    /// - Parameters:
    ///   - name: The stage's name.
    ///   - run: The program and its arguments.
    ///   - progress: A regular expression whose first group is a percentage.
    ///   - exitCodes: The exit codes that mean success.
    ///   - files: Files that must be there and not be empty afterwards.
    ///   - forbidden: Regular expressions over lines of output that mean failure.
    public init(
        name: String,
        run: [Template],
        progress: String? = nil,
        exitCodes: [Int] = [0],
        files: [Template] = [],
        forbidden: [String] = []
    ) {
        self.name = name
        self.run = run
        self.progress = progress
        self.exitCodes = exitCodes
        self.files = files
        self.forbidden = forbidden
    }
}
