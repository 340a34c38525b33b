import GRDB
import JSON
import JobModel
import JobStorage

/// A document in the store that is no job.
struct UnreadableDocument: Error, CustomStringConvertible {
    let id: String
    let reason: String

    var description: String { "the document of job \(id) cannot be read: \(reason)" }
}

/// Reads jobs on one connection.
struct JobReader {
    /// Deeper than what any message may bring in, so that what was accepted can be read.
    static let maximumDepth = 128

    let db: Database
    let setAside: SetAsideList

    /// Where the history stands.
    func position() throws -> StorePosition { try Self.position(in: db) }

    /// Where the history stands.
    static func position(in db: Database) throws -> StorePosition {
        let statement = try db.cachedStatement(sql: "SELECT epoch, seq, horizon FROM meta")
        guard let row = try Row.fetchOne(statement) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "meta is empty")
        }
        let position = StorePosition(epoch: row[0], seq: row[1], horizon: row[2])
        guard (0...JSONValue.greatestCount).contains(position.seq),
            (0...position.seq).contains(position.horizon)
        else {
            let message = "the history cannot stand at \(position.seq), down to \(position.horizon)"
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: message)
        }
        return position
    }

    /// One job.
    func job(_ id: JobID) throws -> Job? {
        let statement = try db.cachedStatement(sql: "SELECT id, doc FROM jobs WHERE id = ?")
        return try Row.fetchOne(statement, arguments: [id.rawValue]).map(job(in:))
    }

    /// The newest change of each job behind a position; `gone` has an index of its own order, so
    /// that both parts are merged without sorting.
    func changes(after position: Int, limit: Int) throws -> [StoredChange] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT id, doc, seq FROM jobs WHERE archived = 0 AND seq > ?1
                UNION ALL
                SELECT id, NULL, seq FROM gone WHERE seq > ?1
                ORDER BY seq
                """
        )
        // Not limited by SQL: others take the places of those that cannot be read.
        let rows = try Row.fetchCursor(statement, arguments: [position])
        var changes: [StoredChange] = []
        while changes.count < limit, let row = try rows.next() {
            let seq: Int = row[2]
            let isGone = row.hasNull(atIndex: 1)
            if isGone, let id = JobID(row[0] as String) {
                changes.append(StoredChange(seq: seq, content: .gone(id)))
            } else if !isGone, let job = readableJob(in: row) {
                changes.append(StoredChange(seq: seq, content: .live(job)))
            }
        }
        return changes
    }

    /// Every job in the order of their ids.
    func jobs(after id: JobID?, limit: Int) throws -> [Job] {
        let statement = try db.cachedStatement(
            sql: "SELECT id, doc FROM jobs WHERE id > ? ORDER BY id"
        )
        let rows = try Row.fetchCursor(statement, arguments: [id?.rawValue ?? ""])
        var jobs: [Job] = []
        while jobs.count < limit, let row = try rows.next() {
            if let job = readableJob(in: row) { jobs.append(job) }
        }
        return jobs
    }

    /// A page of jobs.
    func find(_ query: JobQuery) throws -> JobPage {
        let search = JobSearch(query)
        let statement = try db.cachedStatement(sql: search.sql)
        let rows = try Row.fetchCursor(statement, arguments: search.arguments)
        var jobs: [MinimalJob] = []
        while let row = try rows.next() {
            guard let job = readableJob(in: row) else { continue }
            // One more than is asked for tells whether there is another page.
            guard jobs.count < query.limit else {
                let mark = jobs.last.map {
                    JobPage.Mark(date: query.sort.date(of: $0), id: $0.id)
                }
                return JobPage(jobs: jobs, after: mark)
            }
            jobs.append(SyncProcessor.minimalJob(of: job))
        }
        return JobPage(jobs: jobs, after: nil)
    }

    /// The job in a row; nil if it cannot be read, which is told to the log once.
    private func readableJob(in row: Row) -> Job? {
        try? job(in: row)
    }

    private func job(in row: Row) throws -> Job {
        let (id, text): (String, String) = (row[0], row[1])
        do {
            let document = try JSONValue(parsing: text, maximumDepth: Self.maximumDepth)
            let job = try Job(document: document.objectValue ?? [:])
            guard job.id.rawValue.isExactly(id) else {
                throw UnreadableDocument(id: id, reason: "it is that of job \(job.id)")
            }
            return job
        } catch {
            setAside.add(SetAside(.job, id, because: "\(error)"))
            throw UnreadableDocument(id: id, reason: "\(error)")
        }
    }
}
