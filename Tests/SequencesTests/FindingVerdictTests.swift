import Testing

@testable import Sequences

struct FindingVerdictTests {
    private static let thresholds = FindingThresholds(
        reads: 10,
        weakBreadth: 0.2,
        foundBreadth: 0.5,
        shortGenome: 500
    )

    typealias Case = (
        reads: Double, breadth: Double, depth: Double, FindingVerdict.Certainty,
        [FindingVerdict.Reason]
    )

    static let cases: [Case] = [
        (400, 0.99, 6, .found, [.supported]),
        (10, 0.5, 0.7, .found, [.supported]),
        // A virus of usual length, if such reads could cover it.
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
            on: FindingSupport(
                reads: given.reads,
                breadth: given.breadth,
                depth: given.depth,
                placements: Int(given.reads),
                genome: 8000
            )
        )
        #expect(verdict.certainty == given.3)
        #expect(verdict.reasons == given.4)
    }

    typealias ShortCase = (
        FindingSupport, FindingVerdict.Certainty, [FindingVerdict.Reason]
    )

    static func support(
        _ reads: Double,
        apart placements: Int,
        on breadth: Double,
        depth: Double,
        genome: Int = 300
    ) -> FindingSupport {
        FindingSupport(
            reads: reads,
            breadth: breadth,
            depth: depth,
            placements: placements,
            genome: genome
        )
    }

    static let shortCases: [ShortCase] = [
        (support(6, apart: 6, on: 0.97, depth: 2.6), .uncertain, [.shortGenome]),
        (support(9, apart: 9, on: 1, depth: 7), .uncertain, [.shortGenome]),
        (support(4, apart: 4, on: 0.9, depth: 1.8), .uncertain, [.shortGenome]),
        // Reads that several isolates share, in thirds.
        (support(4 - 1e-12, apart: 4, on: 0.9, depth: 1.8), .uncertain, [.shortGenome]),
        // Enough of them are found, as of all viruses.
        (support(10, apart: 10, on: 1, depth: 8), .found, [.supported]),
        (support(10 - 1e-12, apart: 10, on: 1, depth: 8), .found, [.supported]),
        // Of small RNA as many cover less.
        (support(7, apart: 7, on: 0.38, depth: 0.5), .uncertain, [.shortGenome, .partial]),
        (support(4, apart: 4, on: 0.19, depth: 0.25), .weak, [.fewReads, .narrow]),
        // Too few, too few in different places, too few for the length.
        (support(3, apart: 3, on: 0.9, depth: 1.6), .weak, [.fewReads]),
        (support(1, apart: 1, on: 0.5, depth: 0.5), .weak, [.fewReads]),
        (support(9, apart: 1, on: 0.5, depth: 4), .weak, [.fewReads]),
        (support(9, apart: 3, on: 0.9, depth: 4), .weak, [.fewReads]),
        (support(3, apart: 9, on: 0.9, depth: 4), .weak, [.fewReads]),
        (support(4, apart: 4, on: 0.8, depth: 1.5, genome: 400), .weak, [.fewReads]),
        (support(5, apart: 5, on: 0.8, depth: 1.6, genome: 400), .uncertain, [.shortGenome]),
        // In one part of it, which may be like another's.
        (support(8, apart: 8, on: 0.55, depth: 3.3), .weak, [.fewReads]),
        (support(8, apart: 8, on: 0.3, depth: 3.3), .weak, [.fewReads, .piledUp]),
        // The length counts of all segments.
        (support(9, apart: 9, on: 1, depth: 4, genome: 499), .uncertain, [.shortGenome]),
        (support(9, apart: 9, on: 1, depth: 4, genome: 500), .weak, [.fewReads]),
        (support(9, apart: 9, on: 1, depth: 4, genome: 0), .weak, [.fewReads]),
    ]

    @Test("Of a short genome fewer reads do, if they lie apart and cover it", arguments: shortCases)
    func shortGenomes(_ given: ShortCase) {
        let verdict = Self.thresholds.verdict(on: given.0)
        #expect(verdict.certainty == given.1)
        #expect(verdict.reasons == given.2)
    }

    @Test("Who wants none of it gets none of it")
    func withoutShortGenomes() {
        var thresholds = Self.thresholds
        thresholds.shortGenome = 0
        let verdict = thresholds.verdict(on: Self.support(9, apart: 9, on: 1, depth: 7))
        #expect(verdict.certainty == .weak)
        #expect(verdict.reasons == [.fewReads])
    }

    /// Reads of amplicons lie on what was copied, however many they are.
    @Test func ampliconsNeedNotCoverAll() {
        func verdict(_ reads: Double, _ breadth: Double) -> FindingVerdict {
            Self.thresholds.verdict(
                on: Self.support(reads, apart: 1, on: breadth, depth: 80, genome: 8000),
                isAmplified: true
            )
        }
        #expect(verdict(2000, 0.04) == FindingVerdict(certainty: .uncertain, reasons: [.amplified]))
        #expect(verdict(2000, 0.6) == FindingVerdict(certainty: .found, reasons: [.supported]))
        #expect(
            verdict(9, 0.04) == FindingVerdict(certainty: .weak, reasons: [.fewReads, .amplified])
        )
    }

    @Test func breadthAtRandom() {
        #expect(FindingThresholds.expectedBreadth(depth: 0) == 0)
        #expect(abs(FindingThresholds.expectedBreadth(depth: 1) - 0.632) < 0.001)
        #expect(FindingThresholds.expectedBreadth(depth: 1000) == 1)
    }
}
