import ArgumentParser
import Foundation
import JSON
import JobReplay

/// `jobsync replay`.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Send a recorded conversation again, compare, and measure.",
        discussion: """
            FILE is what `jobsync serve --record FILE` has written. What clients said is said again, \
            each on a connection of its own, to the server of --url. Ids of jobs are those of the \
            new server: an id that a caller chose gets a suffix, others are replaced wherever later \
            calls name them. A call that names a job waits until the job is as far as it was in the \
            recording. Logins use --token; without one they are left out.

              jobsync serve --data /tmp/a --record talk.jsonl       # use it, then end it
              jobsync serve --data /tmp/b --listen 127.0.0.1:9951
              jobsync replay talk.jsonl http://127.0.0.1:9951 --speed max

            WHAT IS COMPARED
              Answers: a result or the same error; the members of a result and their types; whether \
            a job was made; what became of each job that a call named. Jobs that the recording \
            shows to have ended: state, task, whether archived or removed. Dates, versions, \
            progress and the order of pushes differ from run to run and are not compared.

            WHAT IS MEASURED
              Percentiles of the time from a call to its answer, by method; from a call that \
            changes a job to the push that tells of it, as one more subscriber sees it; and for \
            connecting. They are refused as not valid if the recording could not be read to its end or \
            its clock went back, if there were more answers or jobs than asked for, if 1 % of the messages were sent more than \
            100 ms later than planned, or if the replay itself took 90 % of a core for a second \
            or more.

            A damaged file is replayed up to the damage, with a warning that says how far that is, and \
            is not valid.

            EXIT CODES
              0  answers and jobs agree, and the figures are valid
              1  the file cannot be read, or is no recording
              2  the command line is wrong
              4  the server cannot be reached
              5  the token is wrong or missing
              6  there were differences
              7  no differences, but the figures are not valid, or not all of the file was replayed
            """
    )

    @Argument(help: "The recording.", completion: .file(extensions: ["jsonl"]))
    var file: String

    @Argument(help: ArgumentHelp("The server, in place of --url.", valueName: "url"))
    var address: String?

    @Option(
        help: ArgumentHelp(
            "1 for the recorded pace, N for N times that, or max: every connection sends its next "
                + "message when the one before is answered.",
            valueName: "1|N|max"
        )
    )
    var speed = "1"

    @Option(help: ArgumentHelp("Replay so many at once.", valueName: "n"))
    var copies = 1

    @Option(
        help: ArgumentHelp(
            "How long an answer is waited for; jobs may take as long as the recording, too.",
            valueName: "seconds"
        )
    )
    var patience = 60

    @Flag(help: "Print one JSON document; times are in milliseconds.") var json = false

    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard pace != nil else {
            throw ValidationError("--speed: must be max or a number from 0.001 to 1000000")
        }
        guard (1...10_000).contains(copies) else {
            throw ValidationError("--copies: must be a number from 1 to 10000")
        }
        guard (1...86_400).contains(patience) else {
            throw ValidationError("--patience: must be a number of seconds from 1 to 86400")
        }
        guard address == nil || server.url == nil else {
            throw ValidationError("the server and --url cannot be given together")
        }
    }

    private var pace: Replay.Pace? {
        if speed == "max" { return .asAnswersCome }
        guard let times = Double(speed), (0.001...1e6).contains(times) else { return nil }
        return .times(times)
    }

    func run() async throws {
        let script = try RecordingFile.read(file)
        var server = server
        if let address { server.url = address }
        let access = try server.access()
        var replay = Replay(
            script,
            to: access.address.socket,
            token: access.token,
            tag: String(UInt32.random(in: 46_656..<1_679_616), radix: 36),
            processorTime: { ProcessorTime.own }
        )
        replay.pace = pace ?? replay.pace
        replay.copies = copies
        replay.patience = .seconds(patience)
        let report: ReplayReport
        do throws(Replay.Failure) {
            report = try await replay.run()
        } catch {
            switch error {
            case .noConnection(let error): throw CommandFailure(error, address: access.address)
            case .noSubscription(let error): throw CommandFailure(error)
            }
        }
        if json {
            Output.line(JSONValue.object(report.document).description)
        } else {
            Output.text(ReplaySummary(report).lines.map { $0 + "\n" }.joined())
        }
        guard report.agrees else { throw ExitCode(CommandStatus.differs.rawValue) }
        guard report.isValid else { throw ExitCode(CommandStatus.notValid.rawValue) }
    }
}
