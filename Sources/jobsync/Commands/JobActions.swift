import ArgumentParser
import JSON

/// `jobsync cancel`.
struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Cancel jobs.",
        discussion: """
            A waiting job is cancelled at once. A running one is told to end; its cores and its \
            memory are free when nothing of it lives any more: `jobsync watch ID` shows when.
            """
    )

    @Argument(help: "Jobs.") var id: [String]

    @Option(help: "Why, in at most 1,000 characters; `show` tells it, and the jobs' logs.")
    var reason: String?

    @Flag(help: "Print the server's answer as JSON.") var json = false

    @OptionGroup var server: ServerOptions

    func run() async throws {
        try await JobAction(method: "jobs.cancel", ids: id, reason: reason, isJSON: json)
            .run(on: try await server.connect())
    }
}

/// `jobsync archive`.
struct Archive: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put jobs that have ended away.",
        discussion: "They leave the live list; `jobsync list --archived` shows them."
    )

    @Argument(help: "Jobs.") var id: [String]

    @Flag(help: "Print the server's answer as JSON.") var json = false

    @OptionGroup var server: ServerOptions

    func run() async throws {
        try await JobAction(method: "jobs.archive", ids: id, isJSON: json)
            .run(on: try await server.connect())
    }
}

/// `jobsync remove`.
struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Remove jobs that have ended, and their logs, for ever."
    )

    @Argument(help: "Jobs.") var id: [String]

    @Flag(help: "Print the server's answer as JSON.") var json = false

    @OptionGroup var server: ServerOptions

    func run() async throws {
        try await JobAction(method: "jobs.remove", ids: id, isJSON: json)
            .run(on: try await server.connect())
    }
}

/// Something that is done to several jobs, each of which may be refused.
struct JobAction {
    /// As many ids as one call may name.
    private static let batch = 1000

    let method: String
    let ids: [String]
    var reason: String?
    var isJSON = false

    func run(on connection: ServerConnection) async throws(CommandFailure) {
        var refused = 0
        for start in stride(from: 0, to: ids.count, by: Self.batch) {
            let part = ids[start..<min(start + Self.batch, ids.count)]
            var params: JSONObject = ["_id": .array(part.map { .string($0) })]
            params["reason"] = reason.map { .string($0) }
            let answer = try await connection.ask(method, params)
            if isJSON { Output.line(answer.description) }
            for (id, outcome) in answer["jobs"]?.objectValue ?? [:] {
                if let done = outcome.stringValue {
                    if !isJSON { Output.line("\(id) \(done)") }
                } else {
                    refused += 1
                    Output.remark("\(id): \(outcome["message"]?.stringValue ?? "refused")")
                }
            }
        }
        await connection.close()
        if refused > 0 { throw CommandFailure(.failed, "\(refused) of \(ids.count) refused") }
    }
}
