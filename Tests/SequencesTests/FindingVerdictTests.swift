import Sequences
import Testing

struct FindingVerdictTests {
    private static let thresholds = FindingThresholds(
        reads: 10,
        weakBreadth: 0.2,
        foundBreadth: 0.5
    )

    typealias Case = (
        reads: Double, breadth: Double, depth: Double, FindingVerdict.Certainty,
        [FindingVerdict.Reason]
    )

    static let cases: [Case] = [
        (400, 0.99, 6, .found, [.supported]),
        (10, 0.5, 0.7, .found, [.supported]),
        // Few reads cover all of a viroid.
        (9, 1, 2.5, .weak, [.fewReads]),
        (1, 0.02, 0.02, .weak, [.fewReads, .narrow]),
        (12, 0.15, 0.16, .weak, [.narrow]),
        (40, 0.35, 0.45, .uncertain, [.partial]),
        // As many would cover everything.
        (5000, 0.05, 80, .weak, [.piledUp]),
        (5000, 0.3, 80, .uncertain, [.piledUp]),
        (5000, 0.6, 80, .found, [.supported]),
        (0, 0, 0, .weak, [.fewReads, .narrow]),
    ]

    @Test(arguments: cases)
    func verdict(_ given: Case) {
        let verdict = Self.thresholds.verdict(
            reads: given.reads,
            breadth: given.breadth,
            depth: given.depth
        )
        #expect(verdict.certainty == given.3)
        #expect(verdict.reasons == given.4)
    }

    @Test func breadthAtRandom() {
        #expect(FindingThresholds.expectedBreadth(depth: 0) == 0)
        #expect(abs(FindingThresholds.expectedBreadth(depth: 1) - 0.632) < 0.001)
        #expect(FindingThresholds.expectedBreadth(depth: 1000) == 1)
    }
}
