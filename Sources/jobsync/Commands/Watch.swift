import ArgumentParser
import JSON
import JobModel

/// `jobsync watch`.
struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show jobs live.",
        discussion: """
            On a terminal a table that follows every change: arrows, page up and page down move \
            it, q or Ctrl-C leaves. Elsewhere one line for each change, from now on; if jobs are \
            named, also what they are now. A lost connection is made again, and nothing is missed.

              jobsync watch --user ada
              jobsync watch --json | jq 'select(.state == "error")'
            """
    )

    @Argument(help: "Only these jobs.") var id: [String] = []

    @OptionGroup var filter: FilterOptions

    @Flag(help: "Print one JSON document for each change, even on a terminal.") var json = false

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let connection = try await server.connect()
        var filter = filter.document
        if !id.isEmpty { filter["_id"] = .array(id.map { .string($0) }) }
        let follower = JobFollower(filter, on: connection)
        try await follower.begin()
        if Terminal.isOutput && Terminal.isInput && !json {
            try await WatchScreen(address: connection.access.address).follow(follower)
        } else {
            try await WatchLines(isJSON: json, showsFirst: !id.isEmpty).follow(follower)
        }
    }
}

/// Says on standard error when the connection is lost and when it is back, once each.
struct OutageRemarks {
    private var isOn = false

    /// To be told of each failed attempt.
    mutating func noted(_ loss: ConnectionLost) {
        if !isOn { Output.remark("\(loss.reason); trying again") }
        isOn = true
    }

    /// To be told of anything that only a connection brings.
    mutating func isOver() {
        if isOn { Output.remark("connected again; nothing was missed") }
        isOn = false
    }
}

/// Prints a line for each change.
struct WatchLines {
    let isJSON: Bool
    /// Whether what is there at the beginning is shown too.
    let showsFirst: Bool

    func follow(_ follower: JobFollower) async throws(CommandFailure) {
        var isFirstLoad = true
        var outage = OutageRemarks()
        var versions: [JobID: Int] = [:]
        while true {
            switch try await follower.next() {
            case .changed(let changes, let completing):
                outage.isOver()
                for change in changes {
                    // A view that was loaded again brings what was shown before.
                    if case .put(let job) = change, versions[job.id] == job.version { continue }
                    if !isFirstLoad || showsFirst { Output.line(line(for: change)) }
                    switch change {
                    case .put(let job): versions[job.id] = job.version
                    case .deleted(let id): versions[id] = nil
                    }
                }
                if completing { isFirstLoad = false }
            case .lost(let loss, _): outage.noted(loss)
            case .resources, .pushed: break
            }
        }
    }

    private func line(for change: JobView.Change) -> String {
        switch change {
        case .put(let job):
            guard !isJSON else {
                var bytes: [UInt8] = []
                job.encode(into: &bytes)
                return String(decoding: bytes, as: UTF8.self)
            }
            let parts = [
                Words.date(job.updated), job.id.rawValue, job.state.rawValue,
                Words.percent(job.progress), job.task, job.stage ?? "-", job.username,
                job.error ?? "",
            ]
            return parts.joined(separator: "  ").printable
        case .deleted(let id):
            return isJSON
                ? JSONValue.object(["_id": .string(id.rawValue), "deleted": true]).description
                : "\(Words.date(.now))  \(id)  gone"
        }
    }
}
