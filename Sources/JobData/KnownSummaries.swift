import JSON
import JobModel
import JobReports

/// What analyses have found, as far as somebody has asked for it lately.
///
/// Analyses do not change: one of the same name, by the same job and of the same moment is the same. So many are
/// remembered that a table of some thousands of samples is made without reading them again.
struct KnownSummaries {
    /// What is remembered of an analysis; no summary if it looked for no known viruses.
    struct Entry {
        let job: JobID?
        let created: Timestamp
        let summary: AnalysisSummary?
    }

    /// How many findings are remembered of each half, an analysis counting as one more.
    private static let most = 100_000

    /// Those that were asked for since the others became old, which go when these have become many.
    private var young: [DataKey: Entry] = [:]
    private var old: [DataKey: Entry] = [:]
    private var count = 0

    /// What is remembered; nil if nothing is.
    mutating func summary(of record: DataRecord) -> Entry? {
        let key = record.key
        guard let entry = young[key] ?? old[key], entry.job == record.job,
            entry.created == record.created
        else { return nil }
        if young[key] == nil { add(entry, key) }
        return entry
    }

    /// Remembers what an analysis has found.
    mutating func remember(_ summary: AnalysisSummary?, of record: DataRecord) {
        add(Entry(job: record.job, created: record.created, summary: summary), record.key)
    }

    private mutating func add(_ entry: Entry, _ key: DataKey) {
        if count >= Self.most {
            (young, old) = ([:], young)
            count = 0
        }
        young[key] = entry
        count += 1 + (entry.summary?.count ?? 0)
    }
}
