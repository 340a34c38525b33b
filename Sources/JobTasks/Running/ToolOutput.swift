import Synchronization

/// Takes in what a running tool says: to the log, for progress, and for its error.
final class ToolOutput: Sendable {
    /// How many of the last lines are kept for the error.
    static let keptForError = 20
    /// How many of them are of standard error at least: there the reason stands most often,
    /// and a tool that says much else must not push it out.
    private static let keptOfStandardError = 10

    private struct State {
        var splitters = [LineSplitter(), LineSplitter()]
        var lineCount = 0
        var lastLines: [[(number: Int, text: String)]] = [[], []]
        var firstLines: [String] = []
        var progress: ToolProgressReader?
        var forbidden: [Regex<AnyRegexOutput>]
        var forbiddenLine: String?
        var nextThinnedLine = ContinuousClock.now
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

    /// The last lines of output, in the order in which they came.
    var lastLines: [String] {
        let streams = state.withLock { $0.lastLines }
        let errors = streams[1].suffix(Self.keptOfStandardError)
        let others = (streams[0] + streams[1].dropLast(errors.count)).sorted {
            $0.number < $1.number
        }
        return (others.suffix(Self.keptForError - errors.count) + errors)
            .sorted { $0.number < $1.number }.map(\.text)
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

    /// Tells progress that was seen elsewhere than in lines.
    func tell(_ fraction: Double) { reporter.progress(fraction) }

    private func report(
        from stream: Int,
        _ take: (inout State, inout [LineSplitter.Line]) -> Void
    ) {
        state.withLock { state in
            var lines: [LineSplitter.Line] = []
            take(&state, &lines)
            var logged: [String] = []
            var fraction: Double?
            for line in lines {
                let told = state.progress?.read(line.text)
                fraction = told ?? fraction
                if keep(line, of: stream, isProgress: told != nil, in: &state) {
                    logged.append(line.text)
                }
            }
            if isLogged, !logged.isEmpty { reporter.log(logged) }
            if let fraction { reporter.progress(fraction) }
        }
    }

    /// Looks at a line, and says whether it goes to the log.
    ///
    /// Lines that only show progress come in thousands; of them one a second is enough.
    private func keep(
        _ line: LineSplitter.Line,
        of stream: Int,
        isProgress: Bool,
        in state: inout State
    ) -> Bool {
        if state.forbiddenLine == nil,
            state.forbidden.contains(where: { line.text.firstMatch(of: $0) != nil })
        {
            state.forbiddenLine = line.text
        }
        if line.isOverwritten || isProgress {
            let now = ContinuousClock.now
            guard now >= state.nextThinnedLine else { return false }
            state.nextThinnedLine = now + .seconds(1)
        }
        if state.firstLines.count < keptLines { state.firstLines.append(line.text) }
        state.lineCount += 1
        if state.lastLines[stream].count == Self.keptForError {
            state.lastLines[stream].removeFirst()
        }
        state.lastLines[stream].append((state.lineCount, line.text))
        return true
    }
}
