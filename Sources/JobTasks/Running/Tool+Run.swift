import Glibc
import JobModel
import Subprocess
import SystemPackage

extension Tool {
    /// Runs the tool to its end.
    func run(
        in context: TaskContext,
        reporter: any TaskReporter
    ) async throws(TaskFailure) -> [String] {
        guard let program = command.first else { throw .task("no program to run") }
        try context.checkStopping()
        guard isThere(program, for: context) else {
            throw .failed(JobError(cause: .spawn, message: Tools.isMissing(program)))
        }
        try context.checkWorkFolder()
        if isLogged { reporter.log(["$ " + Self.show(command)]) }
        let output = ToolOutput(for: self, reporter: reporter)
        defer { output.end() }
        let kills = MemoryKills.count()
        let end = try await runPatiently(in: context, output: output)
        try context.checkStopping()
        if let problem = problem(end.status, of: end.pid, output: output, killsBefore: kills) {
            let error = JobError(
                cause: problem.cause,
                message: problem.message + context.spaceHint,
                log: output.lastLines
            )
            throw Interruption.isOne(end.status) ? .interrupted(error) : .failed(error)
        }
        try checkFiles(in: context, output: output)
        return output.firstLines
    }

    /// Whether the program can be started; its file system may be one that does not answer.
    private func isThere(_ program: String, for context: TaskContext) -> Bool {
        context.toolIsStarting()
        defer { context.toolHasStarted() }
        return Tools.isThere(program)
    }

    /// Starts the program and reads both of its streams until it has ended.
    ///
    /// In a task of its own, for swift-subprocess kills a program at once when its
    /// task is cancelled; who stops a job gives its tools time to end by themselves.
    func spawnAndFollow(
        in context: TaskContext,
        output: ToolOutput
    ) async throws -> (pid: Int32, status: TerminationStatus) {
        let program = command[0]
        // Searched for here: the library would start a process for each folder to find out.
        let path = Tools.isPath(program) ? program : Tools.path(of: program)
        let configuration = Configuration(
            executable: path.map { .path(FilePath($0)) } ?? .name(program),
            arguments: Arguments(Array(command.dropFirst())),
            environment: .custom(
                context.environment.reduce(into: [:]) {
                    $0[Environment.Key(stringLiteral: $1.key)] = $1.value
                }
            ),
            workingDirectory: context.work
        )
        let target = self.output
        return try await Task {
            switch target {
            case .log:
                let result = try await Subprocess.run(
                    configuration,
                    input: .none,
                    output: .sequence,
                    error: .sequence
                ) { execution in
                    output.begin()
                    async let standardOutput: Void = output.follow(execution.standardOutput, as: 0)
                    try await output.follow(execution.standardError, as: 1)
                    try await standardOutput
                }
                return (result.processIdentifier.value, result.terminationStatus)
            case .file(let path):
                let file = FileDescriptor(
                    rawValue: try Files.open(path, O_WRONLY | O_CREAT | O_TRUNC)
                )
                let result = try await Subprocess.run(
                    configuration,
                    input: .none,
                    output: .fileDescriptor(file, closeAfterSpawningProcess: true),
                    error: .sequence
                ) { execution in
                    output.begin()
                    try await output.follow(execution.standardError, as: 1)
                }
                return (result.processIdentifier.value, result.terminationStatus)
            case .reader(let read):
                let result = try await Subprocess.run(
                    configuration,
                    input: .none,
                    output: .sequence,
                    error: .sequence
                ) { execution in
                    output.begin()
                    async let errors: Void = output.follow(execution.standardError, as: 1)
                    try await output.hand(execution.standardOutput, to: read)
                    try await errors
                }
                return (result.processIdentifier.value, result.terminationStatus)
            }
        }.value
    }

    /// What is wrong with how the program ended; nil if nothing is.
    private func problem(
        _ status: TerminationStatus,
        of pid: Int32,
        output: ToolOutput,
        killsBefore: Int?
    ) -> JobError? {
        switch status {
        case .exited(let code) where exitCodes.contains(Int(code)):
            guard let line = output.forbiddenLine else { return nil }
            return JobError(cause: .task, message: "\(name) failed, for it said: \(line)")
        case .exited(let code):
            return JobError(cause: .exit, message: "\(name) ended with exit code \(code)")
        case .signaled(let signal):
            if signal == SIGKILL, MemoryKills.includes(pid, since: killsBefore) {
                return JobError(
                    cause: .outOfMemory,
                    message: "\(name) was ended because the machine ran out of memory"
                )
            }
            return JobError(
                cause: .signal,
                message: "\(name) was ended by \(SignalName.of(signal))"
            )
        }
    }

    private func checkFiles(
        in context: TaskContext,
        output: ToolOutput
    ) throws(TaskFailure) {
        if !files.isEmpty { try context.checkWorkFolder() }
        for file in files where (Files.size(of: context.work.pushing(file)) ?? 0) == 0 {
            let what = Files.exists(context.work.pushing(file)) ? "left empty" : "did not make"
            throw .task(
                "\(name) ended without an error, but \(what) the file \(file)" + context.spaceHint,
                log: output.lastLines
            )
        }
    }

    /// The command line as a person would type it.
    private static func show(_ command: [String]) -> String {
        command.map { argument in
            let isPlain =
                !argument.isEmpty
                && argument.utf8.allSatisfy {
                    ($0 >= 0x30 && $0 <= 0x39) || ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A
                        || "-_./=:,+@%".utf8.contains($0)
                }
            let text = PlainText.make(of: Array(argument.utf8))
            return isPlain
                ? text
                : "'"
                    + text.unicodeScalars.split(separator: "'", omittingEmptySubsequences: false)
                    .map { String($0) }.joined(separator: "'\\''") + "'"
        }.joined(separator: " ")
    }
}

extension ToolOutput {
    /// Reads a stream to its end.
    fileprivate func follow(
        _ buffers: SubprocessOutputSequence,
        as stream: Int
    ) async throws {
        for try await buffer in buffers {
            buffer.withUnsafeBytes { feed($0, from: stream) }
        }
        finish(stream)
    }

    /// Hands a stream to its reader, piece by piece, to its end.
    fileprivate func hand(
        _ buffers: SubprocessOutputSequence,
        to read: @Sendable ([UInt8]) throws(TaskFailure) -> Double?
    ) async throws {
        for try await buffer in buffers {
            if let fraction = try read(buffer.withUnsafeBytes { Array($0) }) { tell(fraction) }
        }
    }
}
