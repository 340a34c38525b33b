import JSON
import JobModel

/// What `jobsync watch` shows, as lines; knows nothing of a terminal.
struct WatchContent {
    /// A connection that is lost.
    struct Loss {
        let reason: String
        /// When the next attempt is made.
        let retry: Timestamp
    }

    /// The rows that are not jobs: the state of things, a space, and the table's titles.
    static let frameRows = 4

    let address: String
    var jobs: [MinimalJob] = []
    /// Whether all jobs have come.
    var isLoaded = false
    var resources: JSONValue?
    var loss: Loss?

    init(address: String) {
        self.address = address
    }

    /// Jobs that run before those that wait, in the order of their arrival, and then those that
    /// have ended, the latest first.
    static func sorted(_ jobs: some Collection<MinimalJob>) -> [MinimalJob] {
        jobs.sorted { left, right in
            let (first, second) = (rank(left.state), rank(right.state))
            guard first == second else { return first < second }
            guard left.state.isFinal else { return (left.added, left.id) < (right.added, right.id) }
            return (left.updated, left.id) > (right.updated, right.id)
        }
    }

    private static func rank(_ state: JobState) -> Int {
        switch state {
        case .running, .cancelling: 0
        case .waiting: 1
        case .complete, .error, .cancelled: 2
        }
    }

    /// The screen's lines.
    func lines(
        columns: Int,
        rows: Int,
        from top: Int,
        now: Timestamp,
        hasColour: Bool
    ) -> [String] {
        let room = max(1, rows - Self.frameRows)
        let shown = jobs.dropFirst(top).prefix(room)
        var lines = [
            summary.truncated(to: columns),
            connection(at: now, columns: columns, hasColour: hasColour),
            "",
        ]
        if jobs.isEmpty, !isLoaded { return lines }
        if jobs.isEmpty {
            lines.append(TextStyle.dim("no jobs", hasColour: hasColour))
        } else {
            // Of the rows that are seen: there may be a hundred thousand others.
            lines += JobTable.table(of: shown, now: now).lines(
                width: columns,
                hasColour: hasColour
            )
        }
        return Array(lines.prefix(rows))
    }

    private var summary: String {
        var counts: [String] = []
        for state in JobState.allCases {
            let count = jobs.count { $0.state == state }
            if count > 0 { counts.append("\(count) \(state.rawValue)") }
        }
        if let resources {
            counts.append("cores \(ResourceWords.share("proc", of: resources))")
            counts.append("memory \(ResourceWords.share("mem", of: resources, unit: " GB"))")
        }
        return counts.joined(separator: "  ")
    }

    private func connection(at now: Timestamp, columns: Int, hasColour: Bool) -> String {
        guard let loss else {
            let state = isLoaded ? "live" : "loading"
            let text = "\(state)  \(address)  q leaves".truncated(to: columns)
            return TextStyle.dim(text, hasColour: hasColour)
        }
        let pause = loss.retry > now ? " in \(Words.duration(loss.retry - now))" : ""
        let text = "not connected, trying again\(pause): \(loss.reason.printable)"
        return TextStyle.yellow(text.truncated(to: columns), hasColour: hasColour)
    }
}
