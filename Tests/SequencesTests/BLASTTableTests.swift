import Sequences
import Testing

struct BLASTTableTests {
    @Test func aLine() throws {
        let hits = try BLASTTable.read(Array("0\t3\t90\t100\t11\t110\t 145.2\n".utf8))
        #expect(hits.count == 1)
        #expect(hits.first?.range == 10..<110)
        #expect(hits.first?.identical == 90)
        #expect(hits.first?.score == 145.2)
    }

    @Test(
        "What is no table is refused with its line",
        arguments: [
            "0\t3\t90\t100\t11\t110", "0\t3\t0\t-5\t1\t2\t9", "0\t3\t-1\t5\t1\t2\t9",
            "0\t3\t6\t5\t1\t2\t9", "0\t3\t1\t5\t0\t2\t9", "0\t3\t1\t5\t3\t2\t9",
            "0\t3\t1\t5\t9223372036854775807\t9223372036854775807\t9", "BLAST engine error",
            "0\t3\t9223372036854775807\t9223372036854775807\t1\t2\t9", "0\t3\t1\t5\t1\t2\tnan",
        ]
    )
    func wrong(_ line: String) {
        #expect(throws: BLASTTable.Problem.self) {
            try BLASTTable.read(Array("\n\(line)\n".utf8))
        }
    }
}
