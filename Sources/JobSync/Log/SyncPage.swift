import JSON
import JobModel
import JobStorage

/// What a client is told at once of the changes behind its position.
struct SyncPage {
    /// Documents to put, as the inside of a JSON array.
    var puts: [UInt8] = []
    /// How many they are.
    var putCount = 0
    /// Jobs to drop.
    var removals: [JobID] = []
    /// Up to where the log was read.
    var seq: Int
    /// Whether nothing is left behind it.
    var isLast = true

    var isEmpty: Bool { puts.isEmpty && removals.isEmpty }
}

extension ChangeLog {
    /// The size at which a page is full, in bytes.
    static let pageBytes = 64 << 10

    /// Reads a page.
    ///
    /// - Parameters:
    ///   - filter: Which jobs the client wants.
    ///   - cursor: Where the client stands.
    ///   - emptyBelow: Up to this position the client holds nothing that it must drop.
    ///   - known: The versions that the client holds already.
    /// - Returns: At most about 64 KiB of documents.
    func page(
        for filter: JobFilter,
        after cursor: Int,
        emptyBelow: Int,
        known: [JobID: Int]? = nil
    ) -> SyncPage {
        var page = SyncPage(seq: max(cursor, head))
        for place in firstPlace(after: cursor)..<entries.count {
            let entry = entries[place]
            switch entry.content {
            case .superseded: continue
            case .live(let job, let json):
                if filter.admits(job) {
                    if let known, known[job.id] == job.version { continue }
                    if !page.puts.isEmpty { page.puts.append(UInt8(ascii: ",")) }
                    page.puts.append(contentsOf: json)
                    page.putCount += 1
                } else if entry.seq > emptyBelow,
                    entry.isReused || filter.mayHaveAdmitted(job)
                {
                    page.removals.append(job.id)
                }
            case .gone(let last):
                if entry.seq > emptyBelow,
                    entry.isReused || last.map(filter.mayHaveAdmitted) ?? true
                {
                    page.removals.append(entry.id)
                }
            }
            if page.puts.count + page.removals.count * 16 >= Self.pageBytes {
                page.seq = entry.seq
                page.isLast = place == entries.count - 1
                if page.isLast { page.seq = head }
                break
            }
        }
        return page
    }
}

extension JobFilter {
    /// Whether an earlier version of this job may have been admitted: only the state ever changes.
    func mayHaveAdmitted(_ job: MinimalJob) -> Bool {
        var filter = self
        filter.states = nil
        filter.archived = nil
        return filter.admits(job)
    }
}
