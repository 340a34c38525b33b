import ArgumentParser
import JSON
import JobReports

/// `jobsync data findings`.
struct FindingsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "findings",
        abstract: "Show which viruses were found in which samples, as one table.",
        discussion: """
              jobsync data findings > findings.tsv
              jobsync data findings --layout long | awk -F'\\t' '$7 == "found"'
              jobsync data findings --sample s1 --sample s2 --format html --to batch.html

            Of each sample the newest analysis by pathoscope_bowtie or pathoscope_snap counts; with \
            --every-analysis each of them has a row.

            LAYOUTS
              wide   a row for each sample; of each virus its verdict, reads, breadth and depth
              long   a row for each finding of each sample

            The verdict of a sample is that of its surest finding; `none` if it was analysed and \
            nothing was found, `not_analysed` if nobody has looked.
            """
    )

    @Option(
        help: ArgumentHelp(
            "A sample; may be given several times. All if left out.",
            valueName: "id"
        )
    )
    var sample: [String] = []

    @Option(help: "Only analyses by this task.") var algorithm: String?

    @Flag(help: "Not only the newest analysis of each sample.") var everyAnalysis = false

    @Option(help: "wide or long.", transform: choice(FindingsTable.Layout.self))
    var layout = FindingsTable.Layout.wide

    @Option(help: "tsv, html or json.", transform: choice(ReportFormat.self))
    var format = ReportFormat.tsv

    @OptionGroup var target: ExportTarget

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let connection = try await server.connect()
        var params: JSONObject = [
            "samples": .array(sample.map { .string($0) }), "every": .bool(everyAnalysis),
            "layout": .string(layout.rawValue), "format": .string(format.rawValue),
        ]
        params["algorithm"] = algorithm.map { .string($0) }
        try await target.fetch("data.findings", params, over: connection)
        await connection.close()
    }
}
