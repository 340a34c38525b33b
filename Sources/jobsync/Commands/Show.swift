import ArgumentParser
import JSON
import JobModel

/// `jobsync show`.
struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show all about a job: its stages, why it waits, what went wrong, its result."
    )

    @Argument(help: "The job.") var id: String

    @Flag(help: "Print the server's answer as JSON.") var json = false

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let connection = try await server.connect()
        let detail = try await connection.ask("jobs.detail", ["_id": .string(id)])
        guard !json else {
            await connection.close()
            return Output.line(detail.description)
        }
        let whole = await AnalysisReport.whole(detail["job"]?["result"], on: connection)
        await connection.close()
        guard let document = detail["job"]?.objectValue else {
            throw CommandFailure(.failed, "the server's answer has no job")
        }
        let job: Job
        do throws(JobDocumentError) {
            job = try Job(document: document)
        } catch {
            throw CommandFailure(.failed, "the server's answer cannot be read: \(error)")
        }
        let stages = (detail["stages"]?.arrayValue ?? []).compactMap(\.stringValue)
        let report = JobReport(
            job: job,
            stages: stages,
            queue: detail["queue"],
            attempts: detail["attempts"]?.integerValue ?? 1,
            document: whole,
            now: .now
        )
        Output.text(report.lines(hasColour: Terminal.hasColour).map { $0 + "\n" }.joined())
        let outputs = detail["outputs"]?.arrayValue ?? []
        guard !outputs.isEmpty else { return }
        let title = TextStyle.bold("outputs", hasColour: Terminal.hasColour)
        Output.line("\n\(title)  (jobsync output \(id) NAME)")
        for output in outputs {
            let size = Words.bytes(output["size"]?.integerValue ?? 0)
            Output.line("  \((output["name"]?.stringValue ?? "").printable)  \(size)")
        }
    }
}
