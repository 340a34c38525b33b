import JSON
import JobReports

/// What a task says of a virus.
struct ReportedVirus: Hashable, Sendable {
    let virusID: String
    let name: String
    /// `found`, `uncertain` or `weak`.
    let verdict: String
    let reasons: [String]
    let reads: Double
    let breadth: Double

    /// Whether somebody who reads the result takes the virus for one that is there.
    var isReported: Bool { verdict == "found" || verdict == "uncertain" }

    /// Reads the findings of an analysis.
    static func all(in result: JSONValue) -> [ReportedVirus] {
        Finding.all(in: result).filter { $0.verdict != .unjudged }.map { finding in
            ReportedVirus(
                virusID: finding.id,
                name: finding.name,
                verdict: finding.verdict.rawValue,
                reasons: finding.reasonCodes,
                reads: finding.reads ?? 0,
                breadth: finding.breadth ?? 0
            )
        }
    }
}

/// A virus that is in a sample, and what became of it.
struct DetectionOutcome: Hashable, Sendable {
    let batch: ValidationPlan.Batch
    let sample: String
    let task: String
    let planted: PlantedVirus
    /// Nil if the result says nothing of it.
    let reported: ReportedVirus?

    var isDetected: Bool { reported?.isReported == true }
}

/// A virus that is not in a sample, and what was said of it.
struct AbsenceOutcome: Hashable, Sendable {
    enum Cause: String, Hashable, Sendable, CaseIterable {
        case hopped
        case decoy
        /// Nothing of it, or like it, was planted.
        case nothing
    }

    let batch: ValidationPlan.Batch
    let sample: String
    let task: String
    let cause: Cause
    let virusID: String
    let name: String
    /// Reads or pairs of it that are in the sample.
    let fragments: Int
    /// Nil if the result says nothing of it.
    let reported: ReportedVirus?
    /// What share its reads are of those of the sample of the batch that has most of it; nil if none has more.
    let shareOfBatch: Double?

    /// Whether the verdict tells the reader to beware.
    var isFlagged: Bool { reported?.isReported == false }
}

/// An analysis of a sample with what it says.
struct AnalysedSample: Sendable {
    let batch: ValidationPlan.Batch
    let truth: SampleTruth
    let task: String
    /// What it said; nil if the sample or the analysis failed.
    let findings: [ReportedVirus]?
    let failure: String?
    /// Whether a second run said the same; nil if there was none.
    let isRepeated: Bool?
}

/// All that a validation has seen.
struct ValidationOutcomes: Sendable {
    private(set) var detections: [DetectionOutcome] = []
    private(set) var absences: [AbsenceOutcome] = []
    private(set) var analyses: [AnalysedSample] = []

    /// Compares all analyses of one batch by one task with the truth.
    mutating func add(_ batch: [AnalysedSample]) {
        analyses += batch
        for analysis in batch {
            let findings = analysis.findings ?? []
            for planted in analysis.truth.present {
                detections.append(
                    DetectionOutcome(
                        batch: analysis.batch,
                        sample: analysis.truth.name,
                        task: analysis.task,
                        planted: planted,
                        reported: findings.first { $0.virusID == planted.virusID }
                    )
                )
            }
            let here = Set(analysis.truth.present.map(\.virusID))
            let known = Set(analysis.truth.absent.map(\.virusID))
            func add(_ cause: AbsenceOutcome.Cause, _ id: String, _ name: String, _ fragments: Int)
            {
                let reported = findings.first { $0.virusID == id }
                let most = batch.compactMap(\.findings).joined()
                    .filter { $0.virusID == id }.map(\.reads).max()
                let reads = reported?.reads ?? 0
                absences.append(
                    AbsenceOutcome(
                        batch: analysis.batch,
                        sample: analysis.truth.name,
                        task: analysis.task,
                        cause: cause,
                        virusID: id,
                        name: name,
                        fragments: fragments,
                        reported: reported,
                        shareOfBatch: most.flatMap { $0 > reads ? reads / $0 : nil }
                    )
                )
            }
            for absent in analysis.truth.absent {
                let cause: AbsenceOutcome.Cause = absent.cause == .hopped ? .hopped : .decoy
                add(cause, absent.virusID, absent.name, absent.fragments)
            }
            for finding in findings
            where !here.contains(finding.virusID) && !known.contains(finding.virusID) {
                add(.nothing, finding.virusID, finding.name, 0)
            }
        }
    }
}
