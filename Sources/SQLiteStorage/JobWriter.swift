import GRDB
import JSON
import JobModel
import JobStorage

/// Makes changes within one transaction.
///
/// Prepared statements are kept by the connection; a single change is then a few microseconds
/// beside the fraction of a millisecond that its commit takes.
struct JobWriter {
    private let db: Database
    private var seq: Int
    private var horizon: Int
    private var gone: Int

    /// Reads where the history stands.
    init(_ db: Database) throws {
        self.db = db
        let statement = try db.cachedStatement(sql: "SELECT seq, horizon, gone FROM meta")
        guard let row = try Row.fetchOne(statement) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "meta is empty")
        }
        seq = row[0]
        horizon = row[1]
        gone = row[2]
    }

    /// The position that the next change gets.
    var nextSeq: Int { seq + 1 }

    // MARK: Checking

    /// The first job that is not as a batch expects it; to be asked before any of it is applied.
    func conflict(in changes: [JobChange]) throws -> JobID? {
        var seen: Set<JobID> = []
        for change in changes {
            guard seen.insert(change.id).inserted, try holds(change) else { return change.id }
        }
        return nil
    }

    private func holds(_ change: JobChange) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT version FROM jobs WHERE id = ?")
        let stored = try Int.fetchOne(statement, arguments: [change.id.rawValue])
        return switch change {
        case .insert: stored == nil
        case .update(let job): stored == job.version - 1
        case .remove(_, let version): stored == version
        }
    }

    // MARK: Applying

    /// Makes a batch's changes.
    mutating func apply(_ changes: [JobChange]) throws {
        for change in changes {
            seq += 1
            switch change {
            case .insert(let job):
                try insert(job)
                try job.archived ? enterGone(job.id) : leaveGone(job.id)
            case .update(let job):
                try update(job)
                try job.archived ? enterGone(job.id) : leaveGone(job.id)
            case .remove(let id, version: _):
                try run("DELETE FROM jobs WHERE id = ?", [id.rawValue])
                try enterGone(id)
            }
        }
    }

    /// Writes down where the history stands now, and forgets the oldest removals.
    mutating func finish(rememberingRemovals limit: Int) throws {
        if gone > limit {
            let oldest = try db.cachedStatement(
                sql: "SELECT max(seq) FROM (SELECT seq FROM gone ORDER BY seq LIMIT ?)"
            )
            horizon = try Int.fetchOne(oldest, arguments: [gone - limit]) ?? horizon
            try run("DELETE FROM gone WHERE seq <= ?", [horizon])
            gone = limit
        }
        try run("UPDATE meta SET seq = ?, horizon = ?, gone = ?", [seq, horizon, gone])
    }

    private func insert(_ job: Job) throws {
        try run(
            """
            INSERT INTO jobs
            (id, seq, version, state, task, username, archived, added, updated, doc)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                job.id.rawValue, seq, job.version, job.state.rawValue, job.task, job.username,
                job.archived, job.added.microseconds, job.updated.microseconds, text(of: job),
            ]
        )
    }

    /// Task, user and date of arrival stay, and so their indexes are left alone.
    private func update(_ job: Job) throws {
        try run(
            """
            UPDATE jobs SET seq = ?, version = ?, state = ?, archived = ?, updated = ?, doc = ?
            WHERE id = ?
            """,
            [
                seq, job.version, job.state.rawValue, job.archived, job.updated.microseconds,
                text(of: job), job.id.rawValue,
            ]
        )
    }

    private mutating func enterGone(_ id: JobID) throws {
        try leaveGone(id)
        try run("INSERT INTO gone (id, seq) VALUES (?, ?)", [id.rawValue, seq])
        gone += 1
    }

    private mutating func leaveGone(_ id: JobID) throws {
        try run("DELETE FROM gone WHERE id = ?", [id.rawValue])
        gone -= db.changesCount
    }

    private func run(_ sql: String, _ arguments: StatementArguments) throws {
        try db.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    private func text(of job: Job) -> String {
        JSONValue.object(job.document).description
    }
}
