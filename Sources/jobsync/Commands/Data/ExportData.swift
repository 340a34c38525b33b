import ArgumentParser
import Foundation
import JSON
import JobModel
import JobReports

/// `jobsync data export`.
struct ExportData: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Hand out what was found: a page to print and sign, a table, JSON, sequences.",
        discussion: """
              jobsync data export analyses f41e8c --format html --to report.html
              jobsync data export analyses f41e8c --format tsv | cut -f 4,6,8-11
              jobsync data export analyses f41e8c --format fasta --to contigs.fasta
              jobsync data export analyses f41e8c --virus v12 --format fastq --to .
              jobsync data export samples s1 --format html --to .

            FORMATS
              html   one page that needs nothing else, for print: the findings with their verdicts \
            first, weak ones under a line that says how many, coverage along each sequence, the \
            sample and what became of its reads, tools, reference, who and when
              tsv    a row for each virus or contig; one with the verdict `none` if there is none
              json   the records as they are, for programs
              fasta  of an analysis by nuvs its contigs; with --virus the reads of a virus
              fastq  with --virus, the reads of a virus, of pairs both mates after each other

            A virus is named by its id, as it stands in the table and in the JSON. Its reads are \
            those that fit no other virus better; the host's are not among them.

            Without --to, or with `--to -`, everything goes to standard output. A file that --to \
            names is replaced once all of the new one is there.

            EXIT CODES
              0  it is there
              1  there is no such thing, or it cannot be had in this format
              2  the command line is wrong, or the file cannot be written
            """
    )

    @Argument(help: "Of what kind it is: analyses or samples.") var kind: String

    @Argument(help: "Its id.") var id: String

    @Option(help: "html, tsv, json, fasta or fastq.", transform: choice(ReportFormat.self))
    var format = ReportFormat.tsv

    @Option(help: "The virus whose reads are wanted, by its id.") var virus: String?

    @OptionGroup var target: ExportTarget

    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard let kind = DataKind(word: kind), kind == .analysis || kind == .sample else {
            throw ValidationError("KIND: must be analyses or samples, not \"\(kind)\"")
        }
        guard let virus else {
            if format == .fastq { throw ValidationError("--format fastq: of which --virus?") }
            return
        }
        guard kind == .analysis else {
            throw ValidationError("--virus: only an analysis has reads of a virus")
        }
        guard format == .fasta || format == .fastq else {
            throw ValidationError("--virus: give --format fasta or fastq")
        }
        if virus.isEmpty { throw ValidationError("--virus: is empty") }
    }

    func run() async throws {
        let connection = try await server.connect()
        guard let kind = DataKind(word: kind) else { return }
        var params: JSONObject = [
            "kind": .string(kind.rawValue), "_id": .string(id), "format": .string(format.rawValue),
        ]
        params["virus"] = virus.map { .string($0) }
        if virus == nil {
            try await target.fetch("data.export", params, over: connection)
        } else {
            try await target.fetchParts("data.export", params, over: connection)
        }
        await connection.close()
    }
}

/// Reads a word of the command line that must be one of a few.
func choice<Choice: RawRepresentable & CaseIterable & SendableMetatype>(
    _: Choice.Type
) -> @Sendable (String) throws -> Choice where Choice.RawValue == String {
    let all = Choice.allCases.map(\.rawValue)
    return { text in
        guard let choice = Choice(rawValue: text) else {
            let known = all.joined(separator: ", ")
            throw ValidationError("must be one of \(known), not \"\(text)\"")
        }
        return choice
    }
}
