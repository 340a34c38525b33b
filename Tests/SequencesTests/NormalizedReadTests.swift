import Sequences
import Testing

@Suite struct NormalizedReadTests {
    private func normalized(_ text: String, _ encoding: QualityEncoding = .sanger) throws -> String
    {
        let writer = NormalizedRead(encoding: encoding)
        var reader = FASTQFileReader()
        var written: [UInt8] = []
        var count = 0
        func take(_ bytes: [UInt8], _ record: FASTQRecord) {
            count += 1
            writer.write(record, of: bytes, as: count, to: &written)
        }
        try reader.read(Array(text.utf8), take)
        try reader.finish(take)
        return String(decoding: written, as: UTF8.self)
    }

    @Test func namesAreNumbersAndBasesAreFive() throws {
        #expect(
            try normalized("@\nacgtn\n+\nIIIII\n@a\tb \u{E9}\nAUuRy.X\n+a\n!~IIIII")
                == "@1\nACGTN\n+\nIIIII\n@2\nATTNNNN\n+\n!~IIIII\n"
        )
    }

    @Test func anEmptyReadIsOneBase() throws {
        #expect(try normalized("@a\n\n+\n\n@b\nA\n+\nI\n") == "@1\nN\n+\nI\n@2\nA\n+\nI\n")
    }

    @Test func oldQualitiesBecomeThoseOfToday() throws {
        #expect(try normalized("@a\nACGT\n+\n;@Bh\n", .illumina15) == "@1\nACGT\n+\n!!#I\n")
    }

    @Test(
        arguments: [
            // HiSeq 4000, AVITI, all of one quality, Illumina 1.3, 1.5, Solexa, all good.
            ("#", "K", .sanger), ("I", "N", nil), ("K", "K", nil), ("A", "h", .illumina13),
            ("B", "h", .illumina15), (";", "h", .illumina15), ("!", "~", .sanger),
            // Of reads that were put together, and what only the best reads of 2010 have.
            ("~", "~", .sanger), ("B", "j", .sanger), ("B", "i", .illumina15), ("B", "]", nil),
        ] as [(String, String, QualityEncoding?)]
    )
    func signsTellAnEncodingOrLeaveItOpen(
        least: String,
        greatest: String,
        encoding: QualityEncoding?
    ) throws {
        let signs = try #require(least.utf8.first)...(try #require(greatest.utf8.first))
        #expect(QualityEncoding(signs: signs) == encoding)
    }
}

@Suite struct ReadSurveyTests {
    private func survey(_ reads: [(header: String, bases: Int)]) throws -> ReadSurvey {
        var reader = FASTQFileReader()
        var survey = ReadSurvey()
        let text = reads.map { header, bases in
            let letters = String(repeating: "A", count: bases)
            return "@\(header)\n\(letters)\n+\n\(letters)\n"
        }.joined()
        try reader.read(Array(text.utf8)) { survey.add($1, of: $0) }
        try reader.finish { survey.add($1, of: $0) }
        return survey
    }

    @Test(
        arguments: [
            ("d3b07384-d113-4ec6-a5f0-c1b2c3d4e5f6 runid=1 read=7 ch=12", 300, .nanopore),
            ("d3b07384-d113-4ec6-a5f0-c1b2c3d4e5f6", 1500, .nanopore),
            ("m64011_190830_220126/1/ccs", 900, .pacBio),
            ("m54238_180901_011437/4194377/0_1200", 900, .pacBio),
            ("SRR1.1", 1001, .unknown),
            ("SRR1.1", 1000, nil),
            ("M00001:1:000000000-A1B2C:1:1101:15589:1332 1:N:0:1", 301, nil),
        ] as [(String, Int, LongReads?)]
    )
    func longReadsAreKnown(header: String, bases: Int, kind: LongReads?) throws {
        #expect(try survey([(header, bases)]).longReads == kind)
    }

    @Test func aLongReadIsFoundAmongShortOnes() throws {
        #expect(try survey([("a", 100), ("b", 2000), ("c", 100)]).longReads == .unknown)
    }

    @Test func headersTellWhichMateTheyAre() throws {
        for (header, number) in [
            ("a/1", 1), ("a/2 x", 2), ("a 1:N:0:A", 1), ("a 2:Y:0:", 2), ("a", nil), ("a 1", nil),
            ("a/5", nil),
        ] as [(String, Int?)] {
            #expect(try survey([(header, 5)]).mateNumber == number, "\(header)")
        }
    }

    @Test func theSameReadsAreKnownByWhatTheyAreAndNotByTheirNames() throws {
        let one = try survey([("a", 10), ("b", 20)])
        #expect(one.isSame(as: try survey([("c", 10), ("d", 20)])))
        #expect(!one.isSame(as: try survey([("a", 20), ("b", 10)])))
        #expect(!one.isSame(as: try survey([("a", 10)])))
        #expect(one.shortest == 10 && one.longest == 20)
    }
}
