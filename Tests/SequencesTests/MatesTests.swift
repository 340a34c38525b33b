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
        let error = FASTQError(reason: .otherMate(record: 3, first: "c", second: "d/2"))
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
            // More than it takes to tell that it is FASTQ.
            try reader.read(Array(fastq(["a", "b"], bases: 300).utf8), of: .second) { _, _ in }
        }
    }

    /// Archives and programs write in many ways which mate is which.
    @Test(
        arguments: [
            (".1", ".2"), ("_1", "_2"), ("/R1", "/R2"), ("/1", "/3"), ("_R1", "_R2"), (":1", ":2"),
            ("-1", "-2"), ("/F", "/R"), ("/2", "/1"), ("", ""), (" 1:N:0:A", " 2:N:0:A"),
        ]
    )
    func matesAreKnownByTheEndsOfTheirNames(ends: (String, String)) throws {
        let names = (1...50).map { "SRR1.\($0)" }
        let (first, second) = (names.map { $0 + ends.0 }, names.map { $0 + ends.1 })
        #expect(try read(fastq(first), fastq(second, bases: 9), pieces: (3, 50)) == 50)
        var mixed = zip(first, second).flatMap { [$0, $1] }
        #expect(try interleaved(mixed) == 100)
        mixed.swapAt(0, 2)
        #expect(throws: FASTQError.self) { try interleaved(mixed) }
    }

    /// Numbers that count reads look like those of mates in one pair, and not in two.
    @Test func readsThatAreOnlyNumberedAreNoMates() {
        let names = (1...4).map { "SRR1.\($0)" }
        let error = FASTQError(
            reason: .otherMate(record: 2, first: "SRR1.2", second: "SRR1.3")
        )
        #expect(throws: error) {
            try read(fastq(Array(names[..<3])), fastq(Array(names[1...])), pieces: (.max, .max))
        }
    }

    @Test func theEndsOfNamesMustStayTheSame() {
        let error = FASTQError(reason: .otherMate(record: 2, first: "b.1", second: "b.3"))
        #expect(throws: error) {
            try read(fastq(["a.1", "b.1"]), fastq(["a.2", "b.3"]), pieces: (.max, .max))
        }
    }

    private func interleaved(_ names: [String], pieces size: Int = 7) throws -> Int {
        var reader = InterleavedReader()
        var mates: [Mate] = []
        for piece in pieces(Array(fastq(names).utf8), of: size) {
            try reader.read(piece) { mate, _, _ in mates.append(mate) }
        }
        try reader.read(nil) { mate, _, _ in mates.append(mate) }
        #expect(mates == names.indices.map { $0.isMultiple(of: 2) ? .first : .second })
        return reader.count
    }

    @Test func anInterleavedFileOfOtherReadsIsRefused() {
        let error = FASTQError(reason: .notInterleaved(record: 3, first: "b/1", second: "c/2"))
        #expect(throws: error) { try interleaved(["a/1", "a/2", "b/1", "c/2"]) }
        #expect(throws: FASTQError(reason: .lastWithoutMate(count: 3))) {
            try interleaved(["a/1", "a/2", "b/1"])
        }
    }
}
