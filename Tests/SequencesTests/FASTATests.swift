import Sequences
import Testing

@Suite struct FASTATests {
    private func statistics(_ text: String, pieces: Int = .max) throws -> SequenceStatistics {
        var reader = FASTAReader()
        var statistics = SequenceStatistics()
        for piece in SequencesTests.pieces(Array(text.utf8), of: pieces) {
            try reader.read(piece) {
                switch $0 {
                case .record: statistics.beginSequence()
                case .sequence(let range): statistics.add(range, of: piece)
                }
            }
        }
        try reader.finish()
        statistics.finish()
        return statistics
    }

    @Test(arguments: [Int.max, 1, 2, 3, 7])
    func allSequencesCountTheLastOneToo(pieces: Int) throws {
        let statistics = try statistics(
            ">one first\nACGT\nacgtn\n\n>two\r\nNNRY-\r\n>three\nA",
            pieces: pieces
        )
        #expect(statistics.count == 3)
        #expect(statistics.totalLength == 15)
        #expect(statistics.maximumLength == 9)
        #expect(statistics.minimumLength == 1)
        #expect(statistics.meanLength == 5)
        let expected = NucleotideCounts(a: 3, t: 2, g: 2, c: 2, n: 3, other: 3)
        #expect(statistics.nucleotides == expected)
    }

    @Test func blanksAtLineEndsAreDropped() throws {
        #expect(try statistics(">a\nACGT  \t\r\nAC \n").totalLength == 6)
    }

    @Test func blankLinesBeforeTheFirstHeaderAreDropped() throws {
        #expect(try statistics("\n \r\n>a\nA\n").count == 1)
    }

    @Test(arguments: [Int.max, 1, 2])
    func aByteOrderMarkIsDropped(pieces: Int) throws {
        #expect(try statistics("\u{FEFF}>a\nA\n", pieces: pieces).count == 1)
        #expect(throws: FASTAError(line: 1, reason: .noHeader(found: 0xEF))) {
            try statistics("\u{FEFF}\u{FEFF}>a\nA\n", pieces: pieces)
        }
    }

    @Test func namesEndAtTheFirstBlank() throws {
        var names: [String] = []
        var reader = FASTAReader()
        try reader.read(Array(">chr1 a long\tstory\nA\n>chr2\nC\n>\nG".utf8)) { piece in
            if case .record(let name) = piece { names.append(name) }
        }
        try reader.finish()
        #expect(names == ["chr1", "chr2", ""])
    }

    @Test(arguments: [Int.max, 1, 2, 3, 7])
    func wholeSequencesAreRead(size: Int) throws {
        var reader = FASTARecordReader()
        var records: [FASTARecord] = []
        let bytes = Array(">NODE_1 length 9\nACGT\nAC\n\n>b\r\nNN\r\n>c\nA".utf8)
        for piece in pieces(bytes, of: size) { try reader.read(piece) { records.append($0) } }
        try reader.finish { records.append($0) }
        let expected = [("NODE_1", "ACGTAC"), ("b", "NN"), ("c", "A")].map {
            FASTARecord(name: $0, sequence: Array($1.utf8))
        }
        #expect(records == expected)
    }

    @Test(
        arguments: [
            ("", FASTAError(line: 1, reason: .emptyFile)),
            ("\n\n", FASTAError(line: 1, reason: .emptyFile)),
            ("ACGT\n", FASTAError(line: 1, reason: .noHeader(found: 0x41))),
            ("\n@read\nACGT\n", FASTAError(line: 2, reason: .noHeader(found: 0x40))),
            (">a", FASTAError(line: 1, reason: .emptySequence(name: "a"))),
            (">a\n", FASTAError(line: 1, reason: .emptySequence(name: "a"))),
            (">a\nAC\n>b x\n\n>c\nA", FASTAError(line: 3, reason: .emptySequence(name: "b"))),
            (">a\nAC\n>b\n", FASTAError(line: 3, reason: .emptySequence(name: "b"))),
            (">a\nAC1T\n", FASTAError(line: 2, reason: .unexpectedByte(0x31))),
            (">a\nAC\nA\u{0}T\n", FASTAError(line: 3, reason: .unexpectedByte(0))),
            (">a\nAC GT\n", FASTAError(line: 2, reason: .blankWithin)),
            (">a\nAC>b\n", FASTAError(line: 2, reason: .unexpectedByte(0x3E))),
        ]
    )
    func whatIsNotFASTAIsRefusedWithItsLine(text: String, error: FASTAError) throws {
        for pieces in [Int.max, 1] {
            #expect(throws: error) { try statistics(text, pieces: pieces) }
        }
    }

    @Test func errorsAreSentences() {
        #expect(
            FASTAError(line: 7, reason: .unexpectedByte(0x31)).description
                == "line 7: '1' cannot stand in a sequence"
        )
        #expect(
            FASTAError(line: 1, reason: .noHeader(found: 0x1F)).description
                == "line 1: a FASTA file begins with a header, '>' and a name, not with byte 0x1f"
        )
    }
}
