import Sequences
import Testing

@Suite struct MatesTests {
    /// Reads two files in pieces of other sizes, from whichever the reader asks for.
    private func read(_ first: String, _ second: String, pieces sizes: (Int, Int)) throws -> Int {
        var waiting: [Mate: [[UInt8]]] = [
            .first: pieces(Array(first.utf8), of: sizes.0).reversed(),
            .second: pieces(Array(second.utf8), of: sizes.1).reversed(),
        ]
        var reader = MatesReader()
        var count = 0
        while let mate = reader.next {
            if let piece = waiting[mate]?.popLast() {
                try reader.read(piece, of: mate) { _, _ in count += 1 }
            } else {
                try reader.finish(mate) { _, _ in count += 1 }
            }
        }
        #expect(reader.count * 2 == count)
        #expect(reader.bytesRead == first.utf8.count + second.utf8.count)
        return reader.count
    }

    private func fastq(_ names: [String], bases: Int = 1) -> String {
        names.map {
            let letters = String(repeating: "A", count: bases)
            return "@\($0)\n\(letters)\n+\n\(letters)\n"
        }.joined()
    }

    private static let sizes = [(Int.max, Int.max), (1, 1), (3, 50), (50, 3), (7, 1000)]

    @Test(arguments: sizes)
    func matesMayHaveOtherSuffixesAndLengths(sizes: (Int, Int)) throws {
        let names = (0..<50).map { "read:\($0)" }
        let first = fastq(names.map { $0 + "/1" })
        let second = fastq(names.map { $0 + "/2 2:N:0" }, bases: 9)
        #expect(try read(first, second, pieces: sizes) == 50)
    }

    @Test(arguments: sizes)
    func theFirstPairThatIsNoneIsTold(sizes: (Int, Int)) throws {
        let error = FASTQError(reason: .otherMate(record: 3, first: "c", second: "d"))
        #expect(throws: error) {
            try read(
                fastq(["a", "b", "c", "d"]),
                fastq(["a", "b", "d/2", "c"], bases: 20),
                pieces: sizes
            )
        }
    }

    @Test(arguments: sizes)
    func aFileWithMoreReadsIsNoMate(sizes: (Int, Int)) throws {
        let (short, long) = (fastq(["a", "b"]), fastq(["a", "b", "c", "d"]))
        #expect(throws: FASTQError(reason: .missingMate(of: .first, record: 3))) {
            try read(short, long, pieces: sizes)
        }
        #expect(throws: FASTQError(reason: .missingMate(of: .second, record: 3))) {
            try read(long, short, pieces: sizes)
        }
    }

    @Test func aFileThatGoesOnIsNotReadToItsEnd() throws {
        var reader = MatesReader()
        try reader.read(Array(fastq(["a"]).utf8), of: .first) { _, _ in }
        try reader.finish(.first) { _, _ in }
        #expect(reader.next == .second)
        #expect(throws: FASTQError(reason: .missingMate(of: .first, record: 2))) {
            try reader.read(Array(fastq(["a", "b"]).utf8), of: .second) { _, _ in }
        }
    }
}
