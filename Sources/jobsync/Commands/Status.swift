import ArgumentParser
import JSON
import JobModel

/// `jobsync status`.
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Show the server, those it shares its jobs with, what is in use, and who is connected."
    )

    @Flag(help: "Print the server's answers as one JSON object.") var json = false

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let connection = try await server.connect()
        let whoAmI = try await connection.ask("session.whoami")
        let resources = try await connection.ask("resources.get")
        let tasks = try await connection.ask("tasks.list")
        let servers = try await connection.ask("servers.list")
        var connections: JSONValue?
        do throws(CommandFailure) {
            connections = try await connection.ask("connections.list")
        } catch {
            // Not everybody may see who is connected; the rest is worth showing without it.
            guard error.status == .notAllowed else { throw error }
        }
        await connection.close()
        if json {
            Output.line(
                JSONValue.object([
                    "session": whoAmI, "resources": resources, "tasks": tasks["tasks"] ?? [],
                    "servers": servers["servers"] ?? [],
                    "set_aside": servers["set_aside"] ?? nil,
                    "connections": connections?["connections"] ?? nil,
                ]).description
            )
            return
        }
        let running = tasks.sum(of: "running")
        let waiting = tasks.sum(of: "waiting")
        Output.line("server       \(whoAmI.text("server")) at \(connection.access.address)")
        Output.line("user         \(whoAmI.text("username"))")
        Output.line("jobs         \(running) running, \(waiting) waiting")
        Output.line("cores        \(ResourceWords.share("proc", of: resources))")
        Output.line("memory       \(ResourceWords.share("mem", of: resources, unit: " GB"))")
        if whoAmI["contained"] == false {
            Output.line(
                "containment  none: no control groups can be made here, so a process of a job that "
                    + "hides could outlive it"
            )
        }
        for trouble in resources["troubles"]?.arrayValue ?? [] {
            let what = Self.words[trouble.text("kind")] ?? "something is lacking"
            let since = Timestamp(trouble.text("since")).map { " since \(Words.date($0))" } ?? ""
            Output.line("trouble      \(what)\(since): \(trouble.text("cause").printable)")
        }
        for problem in tasks["problems"]?.arrayValue ?? [] {
            let line = problem["line"]?.integerValue.map { ":\($0)" } ?? ""
            let text = "\(problem.text("file"))\(line): \(problem.text("message"))"
            Output.line("problem      \(text.printable)")
        }
        show(setAside: servers["set_aside"])
        show(servers: servers["servers"]?.arrayValue ?? [])
        show(connections: connections?["connections"]?.arrayValue)
    }

    /// What stands in the store and cannot be read; servers of version 0.1 do not say.
    private func show(setAside: JSONValue?) {
        guard let count = setAside?["count"]?.countValue, count > 0 else { return }
        Output.line("set aside    \(count) in the store cannot be read and are left as they are")
        for thing in setAside?["first"]?.arrayValue ?? [] {
            let line = "\(thing.text("kind")) \(thing.text("_id")): \(thing.text("reason"))"
            Output.line("             \(line.printable)")
        }
    }

    /// What the server's troubles mean for its users.
    private static let words = [
        "starting": "jobs cannot be started and wait", "store": "changes cannot be kept",
        "keeping": "what jobs make cannot be kept",
    ]

    /// Those that have the same jobs; a server that has them for itself names none.
    private func show(servers: [JSONValue]) {
        guard !servers.isEmpty else { return }
        Output.line("servers      \(servers.count)")
        var table = Table(columns: [
            Table.Column(title: "NAME"),
            Table.Column(title: "HOST", shrinksTo: 6),
            Table.Column(title: "ADDRESS", shrinksTo: 9),
            Table.Column(title: "ROLE"),
        ])
        table.rows = servers.map { server in
            let leads = server["leads"]?.boolValue == true
            let role = leads ? "leads" : server["may_lead"] == true ? "may lead" : "front"
            return [
                Table.Cell(server.text("_id")),
                Table.Cell(server.text("host")),
                Table.Cell(server.text("address")),
                Table.Cell(
                    server["self"] == true ? role + ", was asked" : role,
                    leads ? .green : .plain
                ),
            ]
        }
        show(table)
    }

    private func show(connections: [JSONValue]?) {
        guard let connections else { return }
        Output.line("connections  \(connections.count)")
        var table = Table(columns: [
            Table.Column(title: "NUMBER", isRightAligned: true),
            Table.Column(title: "USER", shrinksTo: 6),
            Table.Column(title: "ADDRESS", shrinksTo: 9),
            Table.Column(title: "SINCE", dispensability: 3),
            Table.Column(title: "SUBSCRIBED TO", shrinksTo: 13, dispensability: 2),
            Table.Column(title: "BEHIND", isRightAligned: true, dispensability: 1),
            Table.Column(title: "SENT", isRightAligned: true, dispensability: 4),
        ])
        table.rows = connections.map { connection in
            let subscriptions = connection["subscriptions"]?.arrayValue ?? []
            let behind = subscriptions.compactMap { $0["behind"]?.countValue }.max() ?? 0
            let isChoked = connection["choked"] == true
            return [
                Table.Cell("\(connection["id"]?.countValue ?? 0)"),
                Table.Cell(connection.text("username")),
                Table.Cell(connection.text("address")),
                Table.Cell(Timestamp(connection.text("opened")).map(Words.date) ?? ""),
                Table.Cell(subscriptions.map(Self.wish(of:)).joined(separator: "; ")),
                isChoked
                    ? Table.Cell("\(behind), choked", .yellow)
                    : Table.Cell("\(behind)", behind > 0 ? .yellow : .plain),
                Table.Cell(Words.bytes(connection["bytes_out"]?.countValue ?? 0)),
            ]
        }
        show(table)
    }

    /// What a subscription is to: `task=add_host state=running,waiting`.
    static func wish(of subscription: JSONValue) -> String {
        let filter = subscription["filter"]?.objectValue ?? [:]
        guard !filter.isEmpty else { return "all jobs" }
        return filter.map { name, values in
            let texts = (values.arrayValue ?? []).compactMap(\.stringValue)
            // A program's view may be of a thousand jobs by name.
            let some = texts.prefix(3).joined(separator: ",")
            return "\(name)=\(some)\(texts.count > 3 ? ",…" : "")"
        }.joined(separator: " ")
    }

    private func show(_ table: Table) {
        let lines = table.lines(
            width: Terminal.isOutput ? Terminal.size.columns : nil,
            hasColour: Terminal.hasColour
        )
        Output.text(lines.map { $0 + "\n" }.joined())
    }
}

/// How cores and memory are shown.
enum ResourceWords {
    /// `4 of 8 in use`, and how many there are where fewer may be used.
    static func share(_ name: String, of resources: JSONValue, unit: String = "") -> String {
        let used = resources["used"]?[name]?.countValue ?? 0
        let limit = resources["limit"]?[name]?.countValue ?? 0
        return "\(used) of \(limit)\(unit) in use"
    }
}

extension JSONValue {
    /// The text of a member, or nothing.
    func text(_ name: String) -> String { self[name]?.stringValue ?? "" }

    /// The sum of a number over all tasks.
    fileprivate func sum(of name: String) -> Int {
        (self["tasks"]?.arrayValue ?? []).reduce(0) { $0 + ($1[name]?.countValue ?? 0) }
    }
}
