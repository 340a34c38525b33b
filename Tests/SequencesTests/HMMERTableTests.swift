import Sequences
import Testing

@Suite struct HMMERTableTests {
    // As hmmscan 3.3.2 writes it.
    private static let table = """
        #                                                               --- full sequence ---- --- best 1 domain ---- --- domain number estimation ----
        # target name        accession  query name           accession    E-value  score  bias   E-value  score  bias   exp reg clu  ov env dom rep inc description of target
        #------------------- ---------- -------------------- ---------- --------- ------ ----- --------- ------ -----   --- --- --- --- --- --- --- --- ---------------------
        vFam_41              -          sequence_5.4         -             3e-136  441.8  19.2  3.4e-136  441.7  19.1   1.0   1   0   0   1   1   1   1 -
        vFam_11              -          sequence_7.6         -              5e-56  179.2   0.3   5.7e-56  179.0   0.2   1.0   1   0   0   1   1   1   1 a capsid of some length
        #
        # Program:         hmmscan
        # [ok]

        """

    @Test func hitsAreRead() throws {
        let hits = try HMMERTable.read(Array(Self.table.utf8))
        #expect(hits.map(\.profile) == ["vFam_41", "vFam_11"])
        #expect(hits.map(\.query) == ["sequence_5.4", "sequence_7.6"])
        #expect(hits.map(\.fullE) == [3e-136, 5e-56])
        #expect(hits.map(\.fullScore) == [441.8, 179.2])
        #expect(hits.map(\.fullBias) == [19.2, 0.3])
        #expect(hits.map(\.bestE) == [3.4e-136, 5.7e-56])
        #expect(hits.map(\.bestScore) == [441.7, 179.0])
        #expect(hits.map(\.bestBias) == [19.1, 0.2])
    }

    @Test func aTableWithoutHitsIsRead() throws {
        #expect(try HMMERTable.read(Array("# target name\n#\n# [ok]\n".utf8)).isEmpty)
    }

    @Test func aTableWithoutEndIsRefused() {
        for lines in 0..<8 {
            let text = Self.table.split(separator: "\n").prefix(lines).joined(separator: "\n")
            #expect(throws: HMMERError.truncated) { try HMMERTable.read(Array(text.utf8)) }
        }
    }

    @Test(arguments: ["vFam_41 - s", "a - b - x 1 1 1 1 1 1 1 1 1 1 1 1 1 -"])
    func whatIsNoHitIsRefusedWithItsLine(line: String) {
        #expect(throws: HMMERError.noHit(line: 2)) {
            try HMMERTable.read(Array("#\n\(line)\n# [ok]\n".utf8))
        }
    }
}
