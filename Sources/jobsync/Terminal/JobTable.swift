import JobModel

/// Jobs as a table.
enum JobTable {
    /// A table of jobs in the order given.
    ///
    /// - Parameters:
    ///   - jobs: The jobs.
    ///   - now: The time, for ages.
    /// - Returns: The table.
    static func table(of jobs: some Sequence<MinimalJob>, now: Timestamp) -> Table {
        var table = Table(columns: [
            Table.Column(title: "ID", shrinksTo: 8),
            Table.Column(title: "STATE"),
            Table.Column(title: "DONE", isRightAligned: true),
            Table.Column(title: "TASK", shrinksTo: 8, dispensability: 1),
            Table.Column(title: "STAGE", shrinksTo: 8, dispensability: 3),
            Table.Column(title: "USER", shrinksTo: 5, dispensability: 4),
            Table.Column(title: "CORES", isRightAligned: true, dispensability: 6),
            Table.Column(title: "MEM", isRightAligned: true, dispensability: 6),
            Table.Column(title: "AGE", isRightAligned: true, dispensability: 2),
            Table.Column(title: "NOTE", shrinksTo: 10, dispensability: 5),
        ])
        table.rows = jobs.map { job in
            [
                Table.Cell(job.id.rawValue),
                Table.Cell(job.state.rawValue, job.state.style),
                Table.Cell(Words.percent(job.progress)),
                Table.Cell(job.task),
                Table.Cell(job.stage ?? ""),
                Table.Cell(job.username),
                Table.Cell("\(job.resources.proc)"),
                Table.Cell("\(job.resources.mem)G"),
                Table.Cell(Words.shortDuration(now - job.added)),
                Table.Cell(job.error ?? (job.archived ? "archived" : ""), .dim),
            ]
        }
        return table
    }
}

extension JobState {
    /// How the state looks on a terminal.
    var style: TextStyle {
        switch self {
        case .waiting: .plain
        case .running: .blue
        case .cancelling: .yellow
        case .complete: .green
        case .error: .red
        case .cancelled: .dim
        }
    }
}
