import ArgumentParser
import JSON
import JobModel

/// `jobsync data`.
struct DataCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract:
            "Show what jobs have made and what they work on, remove it, import references, export results.",
        discussion: """
            Hosts, samples and analyses are made by jobs. A reference, which is viruses with their \
            isolates and sequences, is brought along; `rebuild_index` makes an index of it:

              jobsync data import-reference db/ --name "Plant viruses"
              jobsync new rebuild_index --wait
              jobsync data references show viruses
              jobsync data samples remove s1 --all
              jobsync data export analyses f41e8c --format html --to report.html
              jobsync data findings --format html --to findings.html

            Everything lies in the server's data folder, in `hosts/ID`, `references/ID`, \
            `samples/ID` and `analyses/ID`, with a file `record.json` that says what it is.
            """,
        subcommands: [
            DataKindCommand<Hosts>.self, DataKindCommand<References>.self,
            DataKindCommand<Samples>.self, DataKindCommand<Analyses>.self, ImportReference.self,
            ExportData.self, FindingsCommand.self,
        ]
    )
}

/// A kind of kept data that has commands of its own.
protocol DataCommandKind: Sendable {
    static var kind: DataKind { get }
    /// What one of them is, for help.
    static var abstract: String { get }
}

/// Genomes whose reads are told from a virus's.
enum Hosts: DataCommandKind {
    static let kind = DataKind.host
    static let abstract = "Genomes whose reads are told from a virus's."
}

/// Viruses, their isolates and sequences.
enum References: DataCommandKind {
    static let kind = DataKind.reference
    static let abstract = "Viruses, their isolates and sequences."
}

/// Reads, trimmed, with their statistics.
enum Samples: DataCommandKind {
    static let kind = DataKind.sample
    static let abstract = "Reads, trimmed, with their statistics."
}

/// What was found in samples.
enum Analyses: DataCommandKind {
    static let kind = DataKind.analysis
    static let abstract = "What was found in samples."
}

/// `jobsync data hosts`, and the same of other kinds.
struct DataKindCommand<Kind: DataCommandKind>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: Kind.kind.plural,
            abstract: Kind.abstract,
            subcommands: [DataList<Kind>.self, DataShow<Kind>.self, DataRemove<Kind>.self],
            defaultSubcommand: DataList<Kind>.self
        )
    }
}

/// `jobsync data hosts list`, and the same of other kinds.
struct DataList<Kind: DataCommandKind>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "list", abstract: "List the \(Kind.kind.plural).")
    }

    @Flag(help: "Print one JSON document a line; long parts of it are left out.")
    var json = false

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let connection = try await server.connect()
        let records = try await connection.records(of: Kind.kind)
        let indexes = Kind.kind == .reference ? try await connection.records(of: .index) : []
        await connection.close()
        guard !json else {
            return Output.text(records.map { JSONText.line($0.whole) }.joined())
        }
        let lines = DataTable.table(of: Kind.kind, records, indexes).lines(
            width: Terminal.isOutput ? Terminal.size.columns : nil,
            hasColour: Terminal.hasColour
        )
        Output.text(lines.map { $0 + "\n" }.joined())
    }
}

/// `jobsync data hosts show`, and the same of other kinds.
struct DataShow<Kind: DataCommandKind>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        let more = Kind.kind == .reference ? " and the versions of its index" : ""
        return CommandConfiguration(
            commandName: "show",
            abstract: "Show all about one \(Kind.kind.rawValue)\(more).",
            discussion: "Long lists are only counted; --json prints them too."
        )
    }

    @Argument(help: "Its id.") var id: String

    @Flag(help: "Print the record as JSON.") var json = false

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let connection = try await server.connect()
        let answer = try await connection.ask(
            "data.show",
            ["kind": .string(Kind.kind.rawValue), "_id": .string(id)]
        )
        let indexes =
            Kind.kind == .reference && !json ? try await connection.records(of: .index) : []
        await connection.close()
        guard !json else { return Output.line(answer.description) }
        guard let record = DataRecord(whole: answer) else {
            throw CommandFailure(.failed, "the server's answer is no record")
        }
        Output.text(DataReport.lines(record, indexes).map { $0 + "\n" }.joined())
    }
}

/// `jobsync data hosts remove`, and the same of other kinds.
struct DataRemove<Kind: DataCommandKind>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "remove",
            abstract: "Remove one \(Kind.kind.rawValue), with its files, for ever.",
            discussion: """
                Refused while a job that waits or runs names it, and while something that is kept \
                was made from it; with --all the latter goes too, such as the analyses of a sample.

                EXIT CODES
                  0  it is gone
                  1  there is no such thing, or it is used
                """
        )
    }

    @Argument(help: "Its id.") var id: String

    @Flag(help: "Remove what was made from it as well.") var all = false

    @Flag(help: "Print the server's answer as JSON.") var json = false

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let connection = try await server.connect()
        let answer = try await connection.ask(
            "data.remove",
            ["kind": .string(Kind.kind.rawValue), "_id": .string(id), "all": .bool(all)]
        )
        await connection.close()
        guard !json else { return Output.line(answer.description) }
        for removed in answer["removed"]?.arrayValue ?? [] {
            Output.line("removed \(removed.text("kind")) \(removed.text("_id"))")
        }
    }
}
