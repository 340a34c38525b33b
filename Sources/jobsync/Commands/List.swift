import ArgumentParser
import JSON
import JobModel
import JobProtocol

/// `jobsync list`.
struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List jobs.",
        discussion: """
            On a terminal the table is as wide as that; elsewhere it is whole and without colours.

              jobsync list --state running,waiting
              jobsync list --task nuvs --user ada --limit 1000
              jobsync list --all --json | jq -r 'select(.state == "error")._id'
            """
    )

    /// The largest page that the server gives.
    private static let page = 1000

    @OptionGroup var filter: FilterOptions

    @Flag(help: "Only jobs that were put away.") var archived = false

    @Flag(help: "Jobs that were put away too.") var all = false

    @Option(name: .shortAndLong, help: "How many at most.") var limit = 100

    @Option(
        help: ArgumentHelp(
            "added, -added, updated or -updated; - is for the latest first. (default: -added)",
            valueName: "order"
        ),
        completion: .list(["added", "-added", "updated", "-updated"])
    )
    var sort = "-added"

    @Flag(help: "Print one JSON document a line.") var json = false

    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard limit >= 1 else { throw ValidationError("--limit: must be at least 1") }
        guard !(all && archived) else {
            throw ValidationError("--all and --archived cannot be given together")
        }
        guard ["added", "-added", "updated", "-updated"].contains(sort) else {
            throw ValidationError("--sort: must be added, -added, updated or -updated")
        }
    }

    func run() async throws {
        let connection = try await server.connect()
        var filter = filter.document
        if !all { filter["archived"] = .bool(archived) }
        var params: JSONObject = ["filter": .object(filter), "sort": .string(sort)]
        var documents: [JSONValue] = []
        var isMore = false
        repeat {
            params["limit"] = .integer(min(limit - documents.count, Self.page))
            let answer = try await connection.ask("jobs.find", params)
            documents += answer["jobs"]?.arrayValue ?? []
            let after = answer["after"]?.stringValue
            params["after"] = after.map { .string($0) }
            isMore = after != nil
        } while isMore && documents.count < limit
        await connection.close()
        show(documents, isMore: isMore)
    }

    private func show(_ documents: [JSONValue], isMore: Bool) {
        if json {
            Output.text(documents.map { $0.description + "\n" }.joined())
        } else if !documents.isEmpty {
            let jobs = documents.compactMap { MinimalJob(document: $0) }
            let lines = JobTable.table(of: jobs, now: .now).lines(
                width: Terminal.isOutput ? Terminal.size.columns : nil,
                hasColour: Terminal.hasColour
            )
            Output.text(lines.map { $0 + "\n" }.joined())
        } else if Terminal.isError {
            Output.remark("no such jobs")
        }
        if isMore { Output.remark("there are more jobs; see --limit") }
    }
}
