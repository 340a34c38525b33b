import Sequences
import Testing

@Suite struct SAMTests {
    private static let lines = [
        "@HD\tVN:1.0",
        "@SQ\tSN:one\tLN:100",
        "r/1\t0\tone\t11\t42\t2S3M1I2M2D4M\t*\t0\t0\tACGTACGTACGT\tIIIIIIIIIIII\tAS:i:20\tXN:i:0\tNM:i:4\tYT:Z:UU",
        "r/2\t272\ttwo\t1\t0\t3=1X2N2H1P\t*\t0\t0\tACGT\t*\tNM:i:-1",
        "s\t4\t*\t0\t0\t*\t*\t0\t0\tACGT\tIIII\tYT:Z:UU",
        "t\t2048\tone\t5\t0\t1H3M\t=\t5\t-9\t*\t*",
    ]

    private func records(
        _ lines: [String],
        pieces size: Int = .max
    ) throws -> [(SAMRecord, [UInt8])] {
        var reader = SAMReader()
        var records: [(SAMRecord, [UInt8])] = []
        for piece in pieces(Array(lines.map { $0 + "\n" }.joined().utf8), of: size) {
            try reader.read(piece) { records.append(($1, $0)) }
        }
        try reader.finish()
        #expect(reader.lines == lines.count)
        return records
    }

    @Test(arguments: Array(1...160) + [.max])
    func linesAreReadFromPiecesOfAnySize(size: Int) throws {
        let records = try records(Self.lines, pieces: size)
        func texts(_ part: KeyPath<SAMRecord, Range<Int>>) -> [String] {
            records.map { text($1[$0[keyPath: part]]) }
        }
        #expect(texts(\.name) == ["r/1", "r/2", "s", "t"])
        #expect(texts(\.key) == ["r", "r", "s", "t"])
        #expect(texts(\.sequence) == ["ACGTACGTACGT", "ACGT", "ACGT", ""])
        #expect(texts(\.quality) == ["IIIIIIIIIIII", "", "IIII", ""])
        #expect(records.map(\.0.reference) == [0, 1, nil, 0])
        #expect(records.map(\.0.position) == [10, 0, -1, 4])
        #expect(records.map(\.0.isMapped) == [true, true, false, true])
        #expect(records.map(\.0.isPrimary) == [true, false, true, false])
        #expect(records.map(\.0.flags.rawValue) == [0, 272, 4, 2048])
        #expect(records.map(\.0.alignmentScore) == [20, nil, nil, nil])
        // SNAP's -1 counts as 0.
        #expect(records.map(\.0.editDistance) == [4, 0, nil, nil])
        #expect(records.map(\.0.length) == [12, 4, 4, 3])
        #expect(records.map(\.0.cigar.span) == [11, 6, 0, 3])
        #expect(records.map(\.0.cigar.aligned) == [9, 4, 0, 3])
        #expect(records.map(\.0.cigar.inserted) == [1, 0, 0, 0])
        #expect(records.map(\.0.cigar.deleted) == [2, 0, 0, 0])
        #expect(records.map(\.0.cigar.gaps) == [2, 0, 0, 0])
        #expect(records.map(\.0.cigar.leading) == [2, 0, 0, 1])
        #expect(records.map(\.0.cigar.trailing) == [0, 2, 0, 0])
        // The second is reversed, so that it begins behind its end, with what was cut off there.
        let starts = records.map { ($0.0.start.place, $0.0.start.isReversed) }
        #expect(starts.map(\.0) == [8, 8, -1, 3])
        #expect(starts.map(\.1) == [false, true, false, false])
    }

    @Test func referencesAreNumberedAsTheyCome() throws {
        var reader = SAMReader()
        try reader.read(Array(Self.lines.map { $0 + "\n" }.joined().utf8)) { _, _ in }
        #expect(reader.references.count == 2)
        #expect(reader.references[0] == "one")
        #expect(reader.references[1] == "two")
        #expect(reader.reads == 2)
    }

    @Test(
        arguments: [
            // What the aligner says counts.
            ("10M\t*\t0\t0\tACGTACGTAC\t*\tAS:i:7\tNM:i:3", 7),
            // Ten that match.
            ("10M\t*\t0\t0\tACGTACGTAC\t*\tNM:i:0", 20),
            ("10M\t*\t0\t0\tACGTACGTAC\t*\tNM:i:-1", 20),
            // Eight that match and two that differ.
            ("10M\t*\t0\t0\tACGTACGTAC\t*\tNM:i:2", 4),
            // Seven that match, one that differs, a gap of two in each: 14 - 6 - 2 * (5 + 2 * 3).
            ("4M2I2M2D2M\t*\t0\t0\tACGTACGTAC\t*\tNM:i:5", -14),
            // An aligner that counts fewer differences than gaps.
            ("4M2I4M\t*\t0\t0\tACGTACGTAC\t*\tNM:i:1", 5),
        ]
    )
    func scoresAreOnTheScaleOfBowtie2(rest: String, score: Int) throws {
        let (record, _) = try #require(try records(["r\t0\tone\t1\t9\t\(rest)"]).first)
        #expect(record.localScore == score)
        #expect(record.score == score + 10)
    }

    @Test(
        arguments: [
            ("r\t0\tone\t11\t42\t4M\t*\t0\t0\tACGT", .tooFewColumns(10)),
            ("r", .tooFewColumns(1)),
            ("r\tx\tone\t11\t42\t4M\t*\t0\t0\tACGT\tIIII", .noNumber(column: "FLAG")),
            ("r\t\tone\t11\t42\t4M\t*\t0\t0\tACGT\tIIII", .noNumber(column: "FLAG")),
            ("r\t0\tone\t1 1\t42\t4M\t*\t0\t0\tACGT\tIIII", .noNumber(column: "POS")),
            (
                "r\t0\tone\t99999999999999999999\t42\t4M\t*\t0\t0\tACGT\tIIII",
                .noNumber(column: "POS")
            ),
            ("r\t0\tone\t1\t-\t4M\t*\t0\t0\tACGT\tIIII", .noNumber(column: "MAPQ")),
            ("r\t0\tone\t11\t42\t4\t*\t0\t0\tACGT\tIIII", .cigar),
            ("r\t0\tone\t11\t42\tM\t*\t0\t0\tACGT\tIIII", .cigar),
            ("r\t0\tone\t11\t42\t99999999999M\t*\t0\t0\tACGT\tIIII", .cigar),
            ("r\t0\tone\t11\t42\t4Q\t*\t0\t0\tACGT\tIIII", .cigar),
            ("r\t0\tone\t11\t42\t4M\t*\t0\t0\tACGT\tIII", .lengthsDiffer(bases: 4, qualities: 3)),
            ("r\t0\t*\t11\t42\t4M\t*\t0\t0\tACGT\tIIII", .noReference),
            ("r\t0\tone\t11\t42\t4M\t*\t0\t0\tACGT\tIIII\tAS:i:", .noNumber(column: "AS:i")),
            ("r\t0\tone\t11\t42\t4M\t*\t0\t0\tACGT\tIIII\tNM:i:1x", .noNumber(column: "NM:i")),
        ] as [(String, SAMError.Reason)]
    )
    func whatIsNotSAMIsRefusedWithItsLine(line: String, reason: SAMError.Reason) {
        for size in [Int.max, 1] {
            #expect(throws: SAMError(line: 3, reason: reason)) {
                try records([Self.lines[0], Self.lines[2], line, "…"], pieces: size)
            }
        }
    }

    @Test func anEndWithinALineIsNoticed() throws {
        var reader = SAMReader()
        try reader.read(Array("\(Self.lines[2])\nr\t0".utf8)) { _, _ in }
        #expect(throws: SAMError(line: 2, reason: .truncated)) { try reader.finish() }
    }
}
