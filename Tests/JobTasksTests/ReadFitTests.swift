import Sequences
import Testing

@testable import JobTasks

@Suite("How well reads fit")
struct ReadFitTests {
    private func fit(_ cigar: String, length: Int, _ tags: String) throws -> ReadFit? {
        let bases = String(repeating: "A", count: length)
        let line = "r\t0\tv\t1\t0\t\(cigar)\t*\t0\t0\t\(bases)\t*\t\(tags)\n"
        var reader = SAMReader()
        var records: [SAMRecord] = []
        try reader.read(Array(line.utf8)) { records.append($1) }
        return ReadFit(try #require(records.first))
    }

    @Test(
        "bowtie2's scores decide",
        arguments: [
            ("150M", 150, 300, ReadFit.whole), ("150M", 150, 170, .whole),
            ("150M", 150, 169, .part),
            // 20 + 10 ln 150 is 70.1, and bowtie2 rounds down.
            ("60S90M", 150, 70, .part), ("60S90M", 150, 69, nil),
            ("21M", 21, 42, .whole), ("24M", 24, 44, .whole),
        ]
    )
    func scores(cigar: String, length: Int, score: Int, expected: ReadFit?) throws {
        #expect(try fit(cigar, length: length, "AS:i:\(score)") == expected)
    }

    @Test(
        "Of 21 bases or more one may differ, and none may be cut off but the last",
        arguments: [
            ("21M", 21, 34, ReadFit.part), ("1S20M", 21, 40, .part), ("20M1S", 21, 40, .part),
            ("22M", 22, 36, .part), ("24M", 24, 40, .part),
            // As long a piece as chance finds soon: what lies beyond a difference was cut off.
            ("3S18M", 21, 36, nil), ("18M3S", 21, 36, nil), ("2S20M2S", 24, 40, nil),
            // Two of them, and one in fewer bases.
            ("24M", 24, 32, nil), ("20M", 20, 32, nil), ("20M", 20, 40, .whole),
        ]
    )
    func smallRNA(cigar: String, length: Int, score: Int, expected: ReadFit?) throws {
        #expect(try fit(cigar, length: length, "AS:i:\(score)") == expected)
    }

    @Test(
        "SNAP tells differences only, and of more than chance makes too",
        arguments: [
            ("150M", 150, 0, ReadFit.whole), ("150M", 150, 16, .whole), ("150M", 150, 17, .part),
            ("150M", 150, 28, .part), ("150M", 150, 29, nil),
            ("24M", 24, 0, .whole), ("24M", 24, 1, .part), ("24M", 24, 2, nil),
        ]
    )
    func differences(cigar: String, length: Int, count: Int, expected: ReadFit?) throws {
        #expect(try fit(cigar, length: length, "NM:i:\(count)") == expected)
    }
}
