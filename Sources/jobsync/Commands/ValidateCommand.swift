import ArgumentParser
import Foundation
import JobModel

/// `jobsync validate`.
struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Show on made-up data with known truth what is found and what is not.",
        discussion: """
            Makes samples, runs them through a server of its own, from raw reads to findings, and \
            writes a report as a laboratory puts it into its accreditation folder: sensitivity by \
            challenge and by depth, limit of detection, false discoveries, contamination between \
            samples, repeatability.

              jobsync validate --samples 24 --seed 7 --out validation
              nice jobsync validate --samples 200 --task pathoscope_bowtie --task pathoscope_snap

            The folder gets report.md to be read and signed, report.json, and tables: expected.tsv \
            of all viruses that were planted, others.tsv of all else. The same command makes the \
            same bytes, but for the date. docs/validation.md says what is in the samples.

            Nothing else on this machine is touched: the server listens on loopback for the time of \
            the command and keeps its data in OUT/work, which is removed at the end. Ctrl-C ends it all; then there \
            is no report. It needs the tools of the tasks (scripts/setup --tools) and Python 3. A sample takes \
            about five seconds of a core.

            EXIT CODES
              0    the report is written
              1    something failed
              2    the command line is wrong
              8    with --require-goals: the report is written, and a goal is not reached
              130  interrupted
            """
    )

    /// The tasks that find known viruses.
    enum Task: String, CaseIterable, ExpressibleByArgument {
        case pathoscopeBowtie = "pathoscope_bowtie"
        case pathoscopeSnap = "pathoscope_snap"
    }

    @Option(help: ArgumentHelp("How many; batches have eight, and are whole.", valueName: "n"))
    var samples = 24

    @Option(help: ArgumentHelp("Another number, other data.", valueName: "n"))
    var seed = 1

    @Option(
        help: ArgumentHelp(
            "What is validated; may be given twice. (default: pathoscope_bowtie)",
            valueName: "task"
        )
    )
    var task: [Task] = []

    @Option(help: ArgumentHelp("Reads or pairs of each sample.", valueName: "n"))
    var fragments = 8000

    @Option(
        help: ArgumentHelp(
            "The share of each sample's reads that go to others of its batch.",
            valueName: "share"
        )
    )
    var hop = 0.001

    @Option(help: ArgumentHelp("The folder of the report; it is made.", valueName: "folder"))
    var out = "validation"

    @Option(help: ArgumentHelp("How many jobs run at once.", valueName: "n"))
    var jobs = 2

    @Flag(help: "Fail if a goal is not reached.") var requireGoals = false

    @Flag(
        help: "Leave the server's data folder and the raw reads of the last batch where they are."
    )
    var keep = false

    func validate() throws {
        try Self.check(samples, in: 1...100_000, "--samples")
        try Self.check(seed, in: 0...1_000_000, "--seed")
        // Fewer do not hold the viruses.
        try Self.check(fragments, in: 8000...1_000_000, "--fragments")
        try Self.check(jobs, in: 1...256, "--jobs")
        guard (0...0.5).contains(hop) else {
            throw ValidationError("--hop: must be a number from 0 to 0.5")
        }
        guard !out.isEmpty else { throw ValidationError("--out: must name a folder") }
    }

    private static func check(_ value: Int, in range: ClosedRange<Int>, _ name: String) throws {
        guard range.contains(value) else {
            throw ValidationError(
                "\(name): must be from \(range.lowerBound) to \(range.upperBound), not \(value)"
            )
        }
    }

    private var tasks: [Task] {
        task.isEmpty ? [.pathoscopeBowtie] : Task.allCases.filter { task.contains($0) }
    }

    /// What makes the same report again.
    private var command: String {
        ([
            "jobsync validate --samples \(samples) --seed \(seed) --fragments \(fragments) --hop \(hop)"
        ]
            + tasks.map { "--task \($0.rawValue)" }).joined(separator: " ")
    }

    func run() async throws {
        let folder = URL(fileURLWithPath: out).path
        let work = folder + "/work"
        try Self.makeFolder(work)
        defer { if !keep { try? FileManager.default.removeItem(atPath: work) } }
        let interrupt = ValidationInterrupt()
        let watches = [SIGINT, SIGTERM].map { SignalWatch($0) { interrupt.raise() } }
        defer { withExtendedLifetime(watches) {} }
        let server = try await ThrowAwayServer(in: work, jobs: jobs)
        let report: ValidationReport
        do throws(CommandFailure) {
            report = try await self.report(of: server, interrupt)
        } catch {
            await server.end()
            throw error
        }
        await server.end()
        try report.write(to: folder)
        for task in report.summary.tasks {
            Output.line(
                "\(task.name): \(ValidationReport.of(task.sensitivity)) detected from 20 reads a kilobase on, "
                    + "\(ValidationReport.of(task.falseDiscoveries)) reported wrongly, "
                    + "\(ValidationReport.of(task.flagged)) contaminations flagged, "
                    + "\(ValidationReport.of(task.repeated)) repeated alike"
            )
        }
        Output.line("report: \(folder)/report.md")
        if requireGoals, !report.summary.tasks.allSatisfy(\.reachesGoals) {
            throw CommandFailure(.goalsMissed, "a goal is not reached")
        }
    }

    private func report(
        of server: ThrowAwayServer,
        _ interrupt: ValidationInterrupt
    ) async throws(CommandFailure) -> ValidationReport {
        let plan = ValidationPlan(samples: samples, seed: seed, hop: hop, fragments: fragments)
        let start = ContinuousClock.now
        var line = ProgressLine()
        defer { line.clear() }
        var run = try ValidationRun(
            plan,
            tasks: tasks.map(\.rawValue),
            server: server,
            interrupt: interrupt
        ) { what, isNew in
            line.show("\(what)  \(Words.duration(.now - start))")
            // A log gets a line for each batch.
            if isNew, !Terminal.isError { Output.remark(what) }
        }
        try await run.run()
        return ValidationReport(
            plan: plan,
            command: command,
            date: String(Words.date(.now).prefix(10)),
            outcomes: run.outcomes,
            summary: ValidationSummary(run.outcomes, tasks: run.tasks),
            tools: run.tools
        )
    }

    private static func makeFolder(_ work: String) throws(CommandFailure) {
        guard !FileManager.default.fileExists(atPath: work) else {
            throw CommandFailure(
                .failed,
                "\(work) is there already: another validation uses it, or one was killed; remove it or choose "
                    + "another --out"
            )
        }
        do {
            try FileManager.default.createDirectory(
                atPath: work,
                withIntermediateDirectories: true
            )
        } catch {
            throw CommandFailure(.failed, "\(work): \(reason(of: error))")
        }
    }
}
