import Synchronization

/// Takes in what a running tool says: to the log, for progress, and for its error.
final class ToolOutput: Sendable {
    /// How many of the last lines are kept for the error.
    static let keptForError = 20
    /// How many of them are of standard error at least: there the reason stands most often,
    /// and a tool that says much else must not push it out.
    private static let keptOfStandardError = 10

    private struct LastLine {
        let number: Int
        let line: LineSplitter.Line
    }

    private struct State {
        var hasBegun = false
        var splitters = [LineSplitter(), LineSplitter()]
        var lineCount = 0
        var lastLines: [[LastLine]] = [[], []]
        var firstLines: [String] = []
        var progress: ToolProgressReader?
        var forbidden: [Regex<AnyRegexOutput>]
        var forbiddenLine: String?
        var thinner = LogThinner()
    }

    private let state: Mutex<State>
    private let reporter: any TaskReporter
    private let keptLines: Int
    private let isLogged: Bool

    init(for tool: Tool, reporter: any TaskReporter) {
        self.reporter = reporter
        keptLines = tool.keptLines
        isLogged = tool.isLogged
        state = Mutex(
            State(
                progress: tool.progress.map { ToolProgressReader($0) },
                forbidden: tool.forbidden.compactMap { try? Regex($0) }
            )
        )
    }

    /// Takes in that the tool runs.
    func begin() {
        state.withLock { $0.hasBegun = true }
        reporter.toolHasStarted()
    }

    /// Whether the tool has come to run.
    var hasBegun: Bool { state.withLock { $0.hasBegun } }

    /// The last lines of output, in the order in which they came.
    ///
    /// None is left out but those that were overwritten and not the newest of their row.
    var lastLines: [String] {
        let streams = state.withLock { $0.lastLines }
        let errors = streams[1].suffix(Self.keptOfStandardError)
        let others = (streams[0] + streams[1].dropLast(errors.count)).sorted {
            $0.number < $1.number
        }
        return (others.suffix(Self.keptForError - errors.count) + errors)
            .sorted { $0.number < $1.number }.map(\.line.text)
    }

    /// The first lines of output.
    var firstLines: [String] { state.withLock { $0.firstLines } }

    /// The first line that means failure.
    var forbiddenLine: String? { state.withLock { $0.forbiddenLine } }

    /// Takes in what came from standard output (0) or standard error (1).
    func feed(_ chunk: UnsafeRawBufferPointer, from stream: Int) {
        report(from: stream) { state, lines in
            state.splitters[stream].feed(chunk) { lines.append($0) }
        }
    }

    /// Takes in what a stream ended with, without a line end.
    func finish(_ stream: Int) {
        report(from: stream) { state, lines in
            state.splitters[stream].finish { lines.append($0) }
        }
    }

    /// Writes to the log what was left out last, when the tool has ended.
    func end() {
        state.withLock { state in
            let lines = state.thinner.flush()
            if isLogged, !lines.isEmpty { reporter.log(lines) }
        }
    }

    /// Tells progress that was seen elsewhere than in lines.
    func tell(_ fraction: Double) { reporter.progress(fraction) }

    private func report(
        from stream: Int,
        _ read: (inout State, inout [LineSplitter.Line]) -> Void
    ) {
        state.withLock { state in
            var lines: [LineSplitter.Line] = []
            read(&state, &lines)
            var logged: [String] = []
            var fraction: Double?
            for line in lines {
                let told = state.progress?.read(line.text)
                fraction = told?.fraction ?? fraction
                logged += take(line, of: stream, told: told, in: &state)
            }
            if isLogged, !logged.isEmpty { reporter.log(logged) }
            if let fraction { reporter.progress(fraction) }
        }
    }

    /// Looks at a line, and says what goes to the log now.
    private func take(
        _ line: LineSplitter.Line,
        of stream: Int,
        told: ToolProgressReader.Told?,
        in state: inout State
    ) -> [String] {
        if state.firstLines.count < keptLines { state.firstLines.append(line.text) }
        keep(line, of: stream, in: &state)
        let isForbidden = state.forbidden.contains { line.text.firstMatch(of: $0) != nil }
        if isForbidden {
            state.forbiddenLine = state.forbiddenLine ?? line.text
            return state.thinner.log(line.coloured)
        }
        if line.isOverwritten { return state.thinner.logOverwritten(line.coloured) }
        guard let told else { return state.thinner.log(line.coloured) }
        return state.thinner.logProgress(line.coloured, remark: told.remark)
    }

    /// Keeps a line for the error.
    private func keep(_ line: LineSplitter.Line, of stream: Int, in state: inout State) {
        state.lineCount += 1
        let isInPlaceOfLast =
            line.isOverwritten && state.lastLines[stream].last?.line.isOverwritten ?? false
        if isInPlaceOfLast {
            state.lastLines[stream].removeLast()
        } else if state.lastLines[stream].count == Self.keptForError {
            state.lastLines[stream].removeFirst()
        }
        state.lastLines[stream].append(LastLine(number: state.lineCount, line: line))
    }
}
