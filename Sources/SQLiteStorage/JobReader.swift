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

    /// Where the history stands.
    func position() throws -> StorePosition {
        let statement = try db.cachedStatement(sql: "SELECT epoch, seq, horizon FROM meta")
        guard let row = try Row.fetchOne(statement) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "meta is empty")
        }
        return StorePosition(epoch: row[0], seq: row[1], horizon: row[2])
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
                ORDER BY seq LIMIT ?2
                """
        )
        let rows = try Row.fetchCursor(statement, arguments: [position, limit])
        var changes: [StoredChange] = []
        while let row = try rows.next() {
            let seq: Int = row[2]
            if row.hasNull(atIndex: 1) {
                changes.append(StoredChange(seq: seq, content: .gone(try id(in: row))))
            } else {
                changes.append(StoredChange(seq: seq, content: .live(try job(in: row))))
            }
        }
        return changes
    }

    /// Every job in the order of their ids.
    func jobs(after id: JobID?, limit: Int) throws -> [Job] {
        let statement = try db.cachedStatement(
            sql: "SELECT id, doc FROM jobs WHERE id > ? ORDER BY id LIMIT ?"
        )
        let rows = try Row.fetchCursor(statement, arguments: [id?.rawValue ?? "", limit])
        var jobs: [Job] = []
        while let row = try rows.next() { jobs.append(try job(in: row)) }
        return jobs
    }

    /// A page of jobs.
    func find(_ query: JobQuery) throws -> JobPage {
        let search = JobSearch(query)
        let statement = try db.cachedStatement(sql: search.sql)
        let rows = try Row.fetchCursor(statement, arguments: search.arguments)
        var jobs: [MinimalJob] = []
        while let row = try rows.next() {
            // The search asks for one more, to know whether there is another page.
            guard jobs.count < query.limit else {
                let mark = jobs.last.map {
                    JobPage.Mark(date: query.sort.date(of: $0), id: $0.id)
                }
                return JobPage(jobs: jobs, after: mark)
            }
            jobs.append(SyncProcessor.minimalJob(of: try job(in: row)))
        }
        return JobPage(jobs: jobs, after: nil)
    }

    private func id(in row: Row) throws -> JobID {
        let text: String = row[0]
        guard let id = JobID(text) else {
            throw UnreadableDocument(id: text, reason: "the id is not one")
        }
        return id
    }

    private func job(in row: Row) throws -> Job {
        let text: String = row[1]
        do {
            let document = try JSONValue(parsing: text, maximumDepth: Self.maximumDepth)
            return try Job(document: document.objectValue ?? [:])
        } catch {
            throw UnreadableDocument(id: row[0], reason: "\(error)")
        }
    }
}
