import ArgumentParser
import JSON

/// `jobsync resources`.
struct ResourcesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resources",
        abstract: "Show the cores and the memory that jobs may use, or set them.",
        discussion: """
            A limit below what is in use stops nothing: no new job starts until there is room.

              jobsync resources --proc 16 --mem 64
            """
    )

    @Option(help: ArgumentHelp("Cores that jobs may use from now on.", valueName: "n"))
    var proc: Int?

    @Option(help: ArgumentHelp("Memory in GB that jobs may use from now on.", valueName: "GB"))
    var mem: Int?

    @Flag(help: "Print the server's answer as JSON.") var json = false

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let connection = try await server.connect()
        var limits: JSONObject = [:]
        limits["proc"] = proc.map { .integer($0) }
        limits["mem"] = mem.map { .integer($0) }
        let resources =
            limits.isEmpty
            ? try await connection.ask("resources.get")
            : try await connection.ask("resources.limit", limits)
        await connection.close()
        guard !json else { return Output.line(resources.description) }
        Output.line("cores   \(ResourceWords.share("proc", of: resources))")
        Output.line("memory  \(ResourceWords.share("mem", of: resources, unit: " GB"))")
        for (task, count) in resources["task_counts"]?.objectValue ?? [:] {
            Output.line("\(task): \(count.countValue ?? 0) running")
        }
    }
}
