import JSON
import Testing

@testable import jobsync

@Suite("Reports of validations")
struct ValidationReportTests {
    private static let plan = ValidationPlan(samples: 9, seed: 7, hop: 0.001, fragments: 8000)

    private static func virus(_ id: String, _ depth: Double) -> PlantedVirus {
        PlantedVirus(
            challenge: "dilution",
            virusID: id,
            name: "Virus \(id)",
            perKilobase: depth,
            fragments: 10,
            identity: nil
        )
    }

    private static func finding(_ id: String, _ verdict: String, reads: Double) -> ReportedVirus {
        ReportedVirus(
            virusID: id,
            name: "Virus \(id)",
            verdict: verdict,
            reasons: ["supported"],
            reads: reads,
            breadth: 0.9
        )
    }

    private static func sample(
        _ name: String,
        present: [PlantedVirus],
        absent: [AbsentVirus] = [],
        findings: [ReportedVirus]?
    ) -> AnalysedSample {
        AnalysedSample(
            batch: plan.batches[0],
            truth: SampleTruth(
                name: name,
                files: [],
                libraryType: "normal",
                fragments: 8000,
                challenges: [],
                present: present,
                absent: absent,
                isAlien: false
            ),
            task: "pathoscope_bowtie",
            findings: findings,
            failure: findings == nil ? "it broke" : nil,
            isRepeated: true
        )
    }

    /// One virus found, one weak, one of a sample that failed; a stray one flagged, another one not; one of nowhere.
    private static let outcomes = {
        var outcomes = ValidationOutcomes()
        outcomes.add([
            sample(
                "one",
                present: [virus("a", 100), virus("b", 4)],
                findings: [
                    finding("a", "found", reads: 1000), finding("b", "weak", reads: 4),
                    finding("x", "uncertain", reads: 12),
                ]
            ),
            sample(
                "two",
                present: [virus("c", 30)],
                absent: [
                    AbsentVirus(cause: .hopped, virusID: "a", name: "Virus a", fragments: 5),
                    AbsentVirus(cause: .hopped, virusID: "b", name: "Virus b", fragments: 1),
                    AbsentVirus(cause: .decoy, virusID: "d", name: "Virus d", fragments: 0),
                ],
                findings: [finding("a", "weak", reads: 5), finding("c", "found", reads: 300)]
            ),
            sample("three", present: [virus("e", 20)], findings: nil),
        ])
        return outcomes
    }()

    private static let summary = ValidationSummary(outcomes, tasks: ["pathoscope_bowtie"])

    @Test("Batches are whole, each with a seed of its own and all kinds of libraries in turn")
    func plan() {
        #expect(Self.plan.samples == 16)
        #expect(Self.plan.batches.map(\.seed) == [7000, 7001])
        #expect(Self.plan.batches.map(\.library) == [.pairs, .ribosomal])
        #expect(ValidationPlan(samples: 0, seed: 1, hop: 0, fragments: 1).batches.isEmpty)
    }

    @Test("What was planted is compared with what was said, and what failed has missed")
    func figures() throws {
        let task = try #require(Self.summary.tasks.first)
        #expect(task.sensitivity == BinomialShare(count: 2, total: 3))
        #expect(task.falseDiscoveries == BinomialShare(count: 1, total: 3))
        #expect(task.hoppedSeen == BinomialShare(count: 1, total: 2))
        #expect(task.flagged == BinomialShare(count: 1, total: 1))
        #expect(task.failures.map(\.truth.name) == ["three"])
        #expect(!task.reachesGoals)
        #expect(task.byDepth.map(\.share.total) == [0, 1, 0, 0, 2, 0, 1])
        let stray = try #require(Self.outcomes.absences.first { $0.cause == .hopped })
        #expect(stray.shareOfBatch == 0.005)
    }

    @Test("The report says all of it, and the same twice")
    func report() throws {
        func report() -> ValidationReport {
            ValidationReport(
                plan: Self.plan,
                command: "jobsync validate",
                date: "2026-12-01",
                outcomes: Self.outcomes,
                summary: Self.summary,
                tools: ["bowtie2-build": "2.5.0", "bowtie2-align-s": "2.5.0"]
            )
        }
        let text = report().markdown
        #expect(text.contains("| 2 of 3 | 66.7 % | 20.8–93.9 % | ≥ 99 % | **no** |"))
        #expect(text.contains("- three: it broke"))
        #expect(text.contains("| one | Virus x | nothing | uncertain | 12.0 | 90.0 % |"))
        #expect(text.contains("Signature"))
        #expect(text == report().markdown)
        #expect(JSONText.line(report().document) == JSONText.line(report().document))
        #expect(report().expected.split(separator: "\n").count == 5)
        #expect(report().others.split(separator: "\n").count == 5)
        #expect(report().document["tasks"]?.arrayValue?.first?["goals_reached"] == false)
    }

    @Test("The truth of make-dataset is read")
    func truth() throws {
        let document: JSONValue = [
            "batch": ["alien": "s2"],
            "samples": [
                [
                    "name": "s1", "files": ["s1_R1.fastq.gz"], "library_type": "srna",
                    "fragments": 8000, "challenges": ["strain"],
                    "present": [
                        [
                            "challenge": "strain", "virus_id": "v", "name": "V",
                            "per_kilobase": 21.5,
                            "fragments": 43, "nearest_identity": 0.85,
                        ]
                    ],
                    "absent": [["virus_id": "d", "name": "D"]],
                    "hopped": [["virus_id": "h", "name": "H", "fragments": 3, "from": [1]]],
                ], ["name": "s2"],
            ],
        ]
        let samples = try #require(SampleTruth.all(in: document))
        #expect(samples[0].present.first?.identity == 0.85)
        #expect(samples[0].absent.map(\.cause) == [.decoy, .hopped])
        #expect(samples[0].absent.map(\.fragments) == [0, 3])
        #expect(samples.map(\.isAlien) == [false, true])
        #expect(SampleTruth.all(in: ["seed": 1]) == nil)
    }
}
