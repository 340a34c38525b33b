import ArgumentParser
import JSON
import JobModel
import JobProtocol

/// `jobsync data import-reference`.
struct ImportReference: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import-reference",
        abstract: "Bring a reference along: viruses, their isolates and sequences.",
        discussion: """
            FILE is one of

              FASTA          of nucleotides; each record is a virus, unless --table says otherwise
              an export      of Virtool, {"otus": […]}
              a JSON file    {"viruses": […], "sequences": […], "history": […], "hmm": […]}
              a folder       that holds viruses.json, sequences.json and, if there are such, \
            history.json and hmm.json, each a list
              viruses.json   in such a folder

            Files may be compressed with gzip. The last two lists may be missing. A sequence belongs \
            to the isolate that its `isolate_id` names; each virus has one isolate that is the \
            default. What is not as it must be is refused as a whole, with the place where it is.

            The table has tabs, semicolons or commas between its columns, and their names in its \
            first line: id (of the sequence) and virus, and if you like isolate, segment, default \
            (yes or no) and abbreviation. The first isolate of a virus is the default if none is.

              jobsync data import-reference viruses.fasta --table isolates.tsv

            A reference that is there already is replaced. Its indexes stay as they are until \
            rebuild_index makes the next version; jobs that run are not affected.

            EXIT CODES
              0  the reference is there
              1  the server refuses it
              2  the file cannot be read
            """
    )

    @Argument(help: "FASTA, a JSON file or a folder.", completion: .file()) var file: String

    @Option(
        help: "A table that says of which virus, isolate and segment each sequence of FASTA is.",
        completion: .file()
    )
    var table: String?

    @Option(help: "The reference's id.") var id = "viruses"

    @Option(help: "What people call it; as before, or else the id, if left out.") var name: String?

    @Flag(help: "Print the record as JSON.") var json = false

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let reference = try ReferenceFiles(file, table: table)
        let connection = try await server.connect()
        let record = try await connection.importReference(reference, id: id, name: name)
        await connection.close()
        guard !json else { return Output.line(record.description) }
        let document = record["document"]
        func count(_ member: String) -> Int { document?[member]?.countValue ?? 0 }
        Output.line(
            "\(id): \(Wording.count(count("virus_count"), "virus", "viruses")), "
                + "\(Wording.count(count("isolate_count"), "isolate")), "
                + Wording.count(count("sequence_count"), "sequence")
        )
        for warning in document?["warnings"]?.arrayValue ?? [] {
            Output.remark("warning: \((warning.stringValue ?? "").printable)")
        }
    }
}

extension ServerConnection {
    /// Sends a reference, part by part.
    ///
    /// - Parameters:
    ///   - reference: Its files.
    ///   - id: What it is called from now on.
    ///   - name: What people call it; as before, or else the id, if nil.
    /// - Returns: Its record.
    /// - Throws: Why the server refuses it, or that it is lost.
    func importReference(
        _ reference: ReferenceFiles,
        id: String,
        name: String?
    ) async throws(CommandFailure) -> JSONValue {
        let parts = try reference.parts()
        var line = ProgressLine()
        defer { line.clear() }
        var upload: JSONValue?
        for (number, part) in parts.enumerated() {
            line.show("sent \(number) of \(Wording.count(parts.count, "part"))")
            var params = part
            params["_id"] = .string(id)
            params["name"] = name.map { .string($0) }
            params["upload"] = upload
            params["done"] = .bool(number == parts.count - 1)
            let answer: JSONValue
            do throws(CallFailure) {
                answer = try await call("data.import", params)
            } catch .refused(let error) where error.code == .badArguments {
                throw CommandFailure(.failed, reference.located(error.message))
            } catch {
                throw CommandFailure(error, address: access.address)
            }
            if let record = answer["record"] { return record }
            upload = answer["upload"]
        }
        throw CommandFailure(.failed, "the server did not answer with a record")
    }
}
