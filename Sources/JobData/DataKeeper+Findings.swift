import JSON
import JobModel
public import JobReports
import JobStorage

extension DataKeeper {
    /// Which samples and analyses stand in a table.
    public struct FindingsQuery: Hashable, Sendable {
        /// The samples, by their ids; all if empty.
        public var samples: [String] = []
        /// The task that made the analyses; any that looks for known viruses if nil.
        public var algorithm: String?
        /// Whether all analyses of a sample are told, or else the newest.
        public var everyAnalysis = false

        /// Asks for the newest analysis of each sample.
        public init() {}
    }

    /// Records without their documents are read so many at a time.
    private static let findingsPage = 500
    /// How many samples may be named.
    private static let mostSamples = 1000
    /// How many findings one table may hold.
    private static let mostFindings = 1_000_000

    /// Puts what was found in many samples into one table.
    ///
    /// Of an analysis the document, which may have a megabyte, is read when it is not known any more what was found,
    /// and at most one of them at a time.
    ///
    /// - Parameters:
    ///   - query: Which samples and analyses.
    ///   - format: In which form.
    ///   - layout: How the table is arranged.
    ///   - origin: Who asks.
    /// - Returns: What a file may hold.
    /// - Throws: `invalid` for a form that there is not, or a table that is too large; `notFound` for a sample that
    ///   there is not; `givenUp` if the task is cancelled meanwhile.
    public func exportFindings(
        _ query: FindingsQuery,
        as format: ReportFormat,
        _ layout: FindingsTable.Layout,
        for origin: ReportOrigin
    ) async throws(DataError) -> Rendition {
        guard query.samples.count <= Self.mostSamples else {
            throw .invalid(
                field: "samples",
                message:
                    "names \(query.samples.count) samples; at most \(Self.mostSamples), or none for all"
            )
        }
        for id in query.samples { _ = try await record(.sample, id) }
        let wanted = Set(query.samples.map { ExactText($0) })
        let analyses = try await summaries(query, wanted)
        var table = FindingsTable(origin: origin)
        var after: String?
        repeat {
            try Self.checkIsAwaited()
            let page = try await heads(of: .sample, after: after)
            for sample in page.records
            where wanted.isEmpty || wanted.contains(ExactText(sample.key.id)) {
                let own = analyses[sample.key.id] ?? []
                if own.isEmpty { table.add(sample: sample.key.id, name: sample.name, nil) }
                for analysis in own {
                    table.add(sample: sample.key.id, name: sample.name, analysis)
                }
            }
            after = page.after
        } while after != nil
        let whole = table
        if layout == .wide, format != .json, whole.isTooWide {
            throw .invalid(
                field: "layout",
                message:
                    "\(whole.size.samples) samples by \(whole.size.viruses) viruses are too many for "
                    + "one table; ask for the layout long, or for fewer samples"
            )
        }
        return try await Self.render([.html, .tsv, .json], format) {
            whole.rendition(as: format, layout)
        }
    }

    /// The analyses of each sample, the newest first.
    private func summaries(
        _ query: FindingsQuery,
        _ wanted: Set<ExactText>
    ) async throws(DataError) -> [String: [AnalysisSummary]] {
        var analyses: [String: [AnalysisSummary]] = [:]
        var count = 0
        var after: String?
        repeat {
            let page = try await heads(of: .analysis, after: after)
            for record in page.records {
                try Self.checkIsAwaited()
                guard let sample = record.uses.first(where: { $0.kind == .sample })?.id,
                    wanted.isEmpty || wanted.contains(ExactText(sample))
                else { continue }
                // Only the newest one of a sample is read whole.
                if !query.everyAnalysis, let other = analyses[sample]?.first,
                    other.created >= record.created
                {
                    continue
                }
                guard let summary = try await summary(of: record),
                    query.algorithm == nil || summary.algorithm == query.algorithm
                else { continue }
                if !query.everyAnalysis {
                    count -= analyses[sample]?.first?.count ?? 0
                    analyses[sample] = []
                }
                count += summary.count
                analyses[sample, default: []].append(summary)
                guard count <= Self.mostFindings else {
                    throw .invalid(
                        field: "samples",
                        message:
                            "there are more than \(Self.mostFindings) findings; ask for fewer samples"
                    )
                }
            }
            after = page.after
        } while after != nil
        return analyses.mapValues { $0.sorted { $0.created > $1.created } }
    }

    private func heads(
        of kind: DataKind,
        after id: String?
    ) async throws(DataError) -> (records: [DataRecord], after: String?) {
        let page: [DataRecord]
        do throws(DataStoreError) {
            page = try await store.heads(of: kind, after: id, limit: Self.findingsPage)
        } catch {
            throw unavailable(error)
        }
        return (page, page.count == Self.findingsPage ? page.last?.key.id : nil)
    }

    /// What an analysis found; nil if it looked for no known viruses, or is gone meanwhile.
    private func summary(of head: DataRecord) async throws(DataError) -> AnalysisSummary? {
        if let known = summaries.summary(of: head) { return known.summary }
        guard var record = try await stored(head.key) else { return nil }
        if record.isCut {
            record = try await wholeRecord(record.key.kind, record.key.id)
        }
        let summary = await Self.sum(record)
        // What is elsewhere may come.
        if summary?.isWhole != false { summaries.remember(summary, of: record) }
        return summary
    }

    @concurrent
    private static func sum(_ record: DataRecord) async -> AnalysisSummary? {
        AnalysisSummary(record)
    }
}
