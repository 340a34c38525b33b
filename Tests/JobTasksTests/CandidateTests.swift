import Testing

@testable import JobTasks

@Suite("Which viruses may be in a sample")
struct CandidateTests {
    private func hits(_ reads: [(position: Int, span: Int, isWhole: Bool)]) -> CandidateHits {
        var hits = CandidateHits()
        for read in reads {
            hits.add(position: read.position, span: read.span, isWhole: read.isWhole)
        }
        return hits
    }

    @Test("One read that fits as a whole is enough, before or after others")
    func whole() {
        for reads in [[(5, 150, true), (900, 60, false)], [(900, 60, false), (5, 150, true)]] {
            #expect(CandidateHits.makeCandidate([(hits(reads), 8000)]))
        }
    }

    @Test("Parts of reads must lie on a share of the virus, however many there are in one place")
    func parts() {
        let pile = (0..<500).map { _ in (position: 3000, span: 60, isWhole: false) }
        #expect(!CandidateHits.makeCandidate([(hits(pile), 7259)]))
        let spread = (0..<8).map { (position: $0 * 700, span: 70, isWhole: false) }
        #expect(CandidateHits.makeCandidate([(hits(spread), 7259)]))
        #expect(CandidateHits.haveParts([(hits(spread), 7259)]))
        #expect(!CandidateHits.haveParts([(hits(pile + [(5, 150, true)]), 7259)]))
        // Of all of its segments.
        #expect(!CandidateHits.makeCandidate([(hits(spread), 7259), (nil, 7000)]))
    }

    @Test("Nothing on nothing is no candidate")
    func nothing() {
        #expect(!CandidateHits.makeCandidate([(nil, 0)]))
        #expect(!CandidateHits.makeCandidate([]))
        #expect(!CandidateHits.makeCandidate([(hits([(-1, 50, false), (5, 0, false)]), 10)]))
        let gap = hits([(0, .max, false)])
        #expect(gap.blocks.count == 100)
    }
}
