import Compression
import Sequences
import Testing

@Suite struct FASTQTests {
    private static let four =
        "@a/1 x y\nACGTN\n+\nIIII!\n@b\t1\n\n+anything\n\n@c/2\n.nurY\n+c\n@+~~@\n@/1\nA\n+\n@\n"

    @Test(arguments: 1...four.utf8.count)
    func piecesOfAnySizeGiveTheSameReads(size: Int) throws {
        let expected = [
            Read("a/1 x y", key: "a", "ACGTN", "IIII!"),
            Read("b\t1", key: "b", "", ""),
            Read("c/2", key: "c", ".nurY", "@+~~@"),
            // Nothing would be left of it.
            Read("/1", key: "/1", "A", "@"),
        ]
        #expect(try reads(Array(Self.four.utf8), pieces: size) == expected)
    }

    @Test(arguments: 1...40)
    func readsAreHandedOutWhole(size: Int) throws {
        var reader = FASTQReader()
        var copy: [UInt8] = []
        for piece in pieces(Array(Self.four.utf8), of: size) {
            try reader.read(piece) { copy += $0[$1.whole] }
        }
        try reader.finish { copy += $0[$1.whole] }
        #expect(text(copy) == Self.four)
        #expect(reader.count == 4)
    }

    @Test(arguments: [Int.max, 1, 5])
    func theLastLineEndMayBeMissing(size: Int) throws {
        #expect(
            try reads(Array("@a\nAC\n+\nII".utf8), pieces: size) == [
                Read("a", key: "a", "AC", "II")
            ]
        )
    }

    @Test(arguments: [Int.max, 1, 5])
    func blankLinesMayFollowTheLastRead(size: Int) throws {
        #expect(try reads(Array("@a\nAC\n+\nII\n\n\n".utf8), pieces: size).count == 1)
    }

    @Test(arguments: [Int.max, 1, 2, 5])
    func linesMayEndAsThoseOfWindows(size: Int) throws {
        let expected = [Read("a b", key: "a", "AC", "II"), Read("c", key: "c", "", "")]
        let text = "@a b\r\nAC\r\n+\r\nII\r\n@c\r\n\r\n+x\r\n\r\n"
        for end in ["", "\r\n\r\n", "\r", "\n"] {
            #expect(try reads(Array((text + end).utf8), pieces: size) == expected)
        }
        for end in ["", "\r", "\n"] {
            let read = "@a\r\nAC\r\n+\r\nII" + end
            #expect(try reads(Array(read.utf8), pieces: size) == [Read("a", key: "a", "AC", "II")])
        }
    }

    @Test(arguments: [Int.max, 1, 2])
    func aMarkOfByteOrderIsPassedOver(size: Int) throws {
        let bytes = [0xEF, 0xBB, 0xBF] + Array("@a\nAC\n+\nII\n".utf8)
        #expect(try reads(bytes, pieces: size) == [Read("a", key: "a", "AC", "II")])
    }

    @Test(
        arguments: [
            ("", 1, .noReads),
            ("\n", 1, .blankLine),
            (">a\nAC\n", 0, .foreign(.fasta)),
            ("a\nAC\n", 1, .missingAt(found: 0x61)),
            ("@a\nAC\n+\nII\nb\nAC\n+\nII\n", 5, .missingAt(found: 0x62)),
            ("@a\nAC\n+\nII\n\n@b\nAC\n+\nII\n", 6, .blankLine),
            ("@a\nAC\nGT\n+\nIIII\n", 3, .missingPlus(found: 0x47)),
            ("@a\nAC\n\n", 3, .missingPlus(found: nil)),
            ("@a\nAC\n+\nIII\n", 4, .lengthsDiffer(bases: 2, qualities: 3)),
            ("@a\nAC\n+\nI\n", 4, .lengthsDiffer(bases: 2, qualities: 1)),
            // Qualities over two lines.
            ("@a\nACGT\n+\nII\nII\n", 4, .lengthsDiffer(bases: 4, qualities: 2)),
            ("@a\nA C\n+\nIII\n", 2, .unexpectedBase(0x20)),
            ("@a\nA1C\n+\nIII\n", 2, .unexpectedBase(0x31)),
            // A gap, a stop and an amino acid.
            ("@a\nA-C\n+\nIII\n", 2, .unexpectedBase(0x2D)),
            ("@a\nA*C\n+\nIII\n", 2, .unexpectedBase(0x2A)),
            ("@a\nAEC\n+\nIII\n", 2, .unexpectedBase(0x45)),
            ("@a\nAC\n+\nI \n", 4, .unexpectedQuality(0x20)),
            ("@a\nAC\n+\nI\u{7F}\n", 4, .unexpectedQuality(0x7F)),
            ("@a\nAC\rGT\n+\nIIII\n", 2, .strayReturn),
            ("@a\nAC\n+\nI\rI\n", 4, .strayReturn),
            ("@a\nAC\n+\nII\n\r@b\n", 5, .strayReturn),
            ("\r\n@a\nAC\n+\nII\n", 1, .blankLine),
            ("@a\r\nAC\r\n\r\nII\r\n", 3, .missingPlus(found: nil)),
            ("@a\r\nAC\r\n+\r\nI\r\n", 4, .lengthsDiffer(bases: 2, qualities: 1)),
            ("@a\r\nAC\r\n+\r\nI\r", 4, .truncated),
            ("@a", 1, .truncated),
            ("@a\n", 2, .truncated),
            ("@a\nAC", 2, .truncated),
            ("@a\nAC\n", 3, .truncated),
            ("@a\nAC\n+", 3, .truncated),
            ("@a\nAC\n+\n", 4, .truncated),
            ("@a\nAC\n+\nI", 4, .truncated),
            ("@a\nAC\n+\nII\n@b\nA", 6, .truncated),
        ] as [(String, Int, FASTQError.Reason)]
    )
    func whatIsNotFASTQIsRefusedWithItsLine(text: String, line: Int, reason: FASTQError.Reason) {
        for size in [Int.max, 1, 3] {
            #expect(throws: FASTQError(line: line, reason: reason)) {
                try reads(Array(text.utf8), pieces: size)
            }
        }
    }

    @Test(
        arguments: [
            (
                4, .lengthsDiffer(bases: 2, qualities: 1),
                "line 4: the read has 2 bases and 1 qualities"
            ),
            (
                2, .unexpectedBase(0x2D),
                "line 2: '-' cannot stand in a read; bases are A, C, G, T, U, N, the other letters of IUPAC for nucleotides and '.'"
            ),
            (
                3, .missingPlus(found: nil),
                "line 3: the third line of a read begins with '+', not with a line's end; "
                    + "sequences over more than one line are not supported"
            ),
            (
                0, .missingMate(of: .second, record: 7),
                "the second file has no read 7, but the other has: the files are not mates"
            ),
            (0, .gzip(.truncated), "the gzip file is truncated: it ends in the middle"),
        ] as [(Int, FASTQError.Reason, String)]
    )
    func errorsAreSentences(line: Int, reason: FASTQError.Reason, sentence: String) {
        #expect(FASTQError(line: line, reason: reason).description == sentence)
    }
}
