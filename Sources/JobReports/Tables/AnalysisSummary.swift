import JSON
public import JobModel

/// What an analysis found, as briefly as a table of many samples tells it.
public struct AnalysisSummary: Sendable {
    struct Finding {
        let id: String
        let name: String
        let verdict: String
        let reads: Double?
        let breadth: Double?
        let depth: Double?
    }

    let id: String
    /// The task that made it.
    public let algorithm: String
    let reference: String
    /// When it was made.
    public let created: Timestamp
    /// The sample that was analysed.
    public let sample: String
    /// Whether all of the document was there; else nobody may say that something was not found.
    public let isWhole: Bool
    let findings: [Finding]

    /// How many findings there are.
    public var count: Int { findings.count }

    /// Sums an analysis up; nil if it did not look for known viruses.
    ///
    /// - Parameter record: The analysis, with its whole document if it is at hand.
    public init?(_ record: DataRecord) {
        let document = JSONValue.object(record.document)
        let omitted = document["omitted"]?["members"]
        isWhole = omitted?["findings"] == nil && omitted?["diagnosis"] == nil
        guard document["diagnosis"]?.arrayValue != nil || !isWhole else { return nil }
        id = record.key.id
        created = record.created
        algorithm = document.text("algorithm")
        sample = document["sample"]?.text("id") ?? ""
        let version = document["reference"]?["index"]?.integerValue.map { ".\($0)" } ?? ""
        reference = (document["reference"]?.text("id") ?? "") + version
        let all = isWhole ? JobReports.Finding.all(in: document) : []
        findings = all.map { finding in
            Finding(
                id: finding.id,
                name: finding.name,
                verdict: finding.verdict.rawValue,
                reads: finding.reads,
                breadth: finding.breadth,
                depth: finding.depth
            )
        }
    }
}
