import Testing

@testable import JobTasks

/// What the lengths of reads ask of assembly and mapping.
@Suite struct ReadLengthsTests {
    @Test(arguments: 15...300)
    func wordsAreShorterThanReads(longest: Int) {
        let words = ReadLengths(longest: longest).words
        #expect(words.allSatisfy { $0 < longest && $0 % 2 == 1 })
        #expect(words == words.sorted() && Set(words).count == words.count)
        // Of reads of 15 bases nothing can be assembled.
        #expect(words.isEmpty == (longest == 15))
    }

    @Test(arguments: [
        (18, [15, 17]), (24, [15, 17, 19, 21, 23]), (36, [17, 21, 25]), (50, [21, 27, 33]),
        (75, [21, 33, 55]), (76, [21, 33, 55, 75]), (150, [21, 33, 55, 75]),
    ])
    func smallRNAIsCutIntoShortWords(longest: Int, words: [Int]) {
        #expect(ReadLengths(longest: longest).words == words)
        #expect(ReadLengths(longest: longest).mapping.contains("--end-to-end") == (longest < 40))
    }
}
