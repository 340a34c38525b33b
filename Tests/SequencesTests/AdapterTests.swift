import Testing

@testable import Sequences

@Suite struct AdapterTests {
    /// Pieces of random bases and of some lengths, with something behind them.
    private func reads(
        _ count: Int,
        pieces lengths: ClosedRange<Int>,
        then ending: String = "",
        of length: Int = .max
    ) -> [String] {
        var state: UInt64 = 5
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        return (0..<count).map { _ in
            let piece = (0..<lengths.lowerBound + next(lengths.count)).map { _ in
                Array("ACGT")[next(4)]
            }
            return String((String(piece) + ending).prefix(length))
        }
    }

    private func survey(
        _ reads: [String]
    ) throws -> (ending: CommonEnding, census: AdapterCensus) {
        var reader = FASTQReader()
        var (ending, census) = (CommonEnding(), AdapterCensus())
        let text = reads.map { "@r\n\($0)\n+\n\(String(repeating: "I", count: $0.utf8.count))\n" }
        try reader.read(Array(text.joined().utf8)) { bytes, record in
            ending.add(record, of: bytes)
            census.add(bytes[record.sequence])
        }
        return (ending, census)
    }

    @Test func wordsAreThoseOfKnownBases() {
        let words = Array(ReadWords(Array("aCGTACGTACGTNACGUACGTACGTA".utf8)[...]))
        #expect(words.map(\.place) == [0, 13, 14])
        #expect(words[0].word == words[1].word && words[2].word != words[1].word)
        #expect(words[0].word == ReadWords.first(of: "ACGTACGTACGT"))
        #expect(ReadWords.first(of: "ACGTACGTACG") == nil)
        #expect(Array(ReadWords([])).isEmpty)
    }

    @Test(arguments: AdapterKit.all)
    func kitsAreKnownByWhatReadsRunInto(kit: AdapterKit) throws {
        let some =
            reads(300, pieces: 20...24, then: kit.first, of: 50) + reads(100, pieces: 50...50)
        let census = try survey(some).census
        // Chance makes the beginning of one of another at a few ends.
        #expect((0.72...0.75).contains(census.share(of: kit)))
        #expect(census.commonest(least: 0.5) == kit)
        #expect(census.commonest(least: 0.8) == nil)
    }

    @Test func nothingIsKnownOfNoReads() {
        #expect(AdapterCensus().commonest(least: 0) == nil)
        #expect(CommonEnding().find(share: 0) == nil)
        #expect(CommonEnding().share(of: 0...9) == 0)
    }

    @Test(arguments: [
        "TGGAATTCTCGGGTGCCAAGG", "ACCTGTCAGATTCGGATACCATGA", String(repeating: "A", count: 20),
    ])
    func whatStandsBehindPiecesOfManyLengthsIsFound(ending: String) throws {
        let some = reads(600, pieces: 20...24, then: ending, of: 36) + reads(400, pieces: 36...36)
        let found = try #require(try survey(some).ending.find(share: 0.3))
        #expect(ending.hasPrefix(found.sequence) || found.sequence.hasPrefix(ending.prefix(12)))
        #expect((590...700).contains(found.reads) && found.of == 1000)
        #expect(try survey(some).ending.find(share: 0.8) == nil)
    }

    /// Of an amplicon, of a genome of 300 bases, and behind a primer all reads are alike, and of one piece.
    @Test func whatIsOfOnePieceIsNoEnding() throws {
        let genome = reads(1, pieces: 300...300)[0]
        let pieces = (0..<800).map { String(genome.dropFirst($0 * 7 % 200).prefix(100)) }
        #expect(try survey(pieces).ending.find(share: 0.2) == nil)
        let amplicon = [String](repeating: String(genome.prefix(100)), count: 800)
        #expect(try survey(amplicon).ending.find(share: 0.2) == nil)
        let primed = (0..<800).map { number in
            let spacer = reads(1, pieces: 7...7)[0].prefix(number % 8)
            return String(spacer) + genome.prefix(20)
        }
        #expect(try survey(primed).ending.find(share: 0.2) == nil)
        #expect(try survey(reads(1000, pieces: 60...150)).ending.find(share: 0.05) == nil)
    }

    @Test func lengthsAreCounted() throws {
        let ending = try survey(reads(30, pieces: 30...30) + reads(10, pieces: 20...20)).ending
        #expect(ending.share(of: 28...32) == 0.75)
    }

    @Test func readsAreShortenedAtBothEnds() throws {
        var reader = FASTQReader()
        var written: [UInt8] = []
        try reader.read(Array("@1\nACGTACGTAC\n+\n0123456789\n@2\nACG\n+\nIII\n".utf8)) {
            $1.shortened(by: 4).write(of: $0, to: &written)
        }
        #expect(String(decoding: written, as: UTF8.self) == "@1\nAC\n+\n45\n@2\n\n+\n\n")
    }
}
