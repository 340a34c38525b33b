import Compression
import Sequences
import Testing

@Suite struct GzipTests {
    // What Python's gzip makes of "@a\nACGT\n+\nIIII\n" and of "@b\nAC\n+\n!~\n".
    private static let first = bytes(
        hex: "1f8b08000000000002ff7348e47274760fe1d2e6f204022e006b2c2a710f000000"
    )
    private static let second = bytes(
        hex: "1f8b08000000000002ff7348e27274e6d2e652ace30200e117f67d0b000000"
    )
    /// The empty member that ends a file of bgzip.
    private static let bgzipEnd = bytes(
        hex: "1f8b08040000000000ff0600424302001b0003000000000000000000"
    )

    private static let expected = [
        Read("a", key: "a", "ACGT", "IIII"), Read("b", key: "b", "AC", "!~"),
    ]

    @Test(arguments: Array(1...99) + [.max])
    func allMembersAreRead(size: Int) throws {
        let file = Self.first + Self.bgzipEnd + Self.second + Self.bgzipEnd
        #expect(try reads(file, pieces: size) == Self.expected)
    }

    @Test func zerosAfterTheLastMemberArePadding() throws {
        for size in [Int.max, 1, 7] {
            let file = Self.first + Self.second + [UInt8](repeating: 0, count: 20)
            #expect(try reads(file, pieces: size) == Self.expected)
        }
    }

    @Test(arguments: 2..<first.count)
    func aFileThatEndsTooEarlyIsRefused(length: Int) {
        for file in [Array(Self.first.prefix(length)), Self.second + Self.first.prefix(length)] {
            for size in [Int.max, 1] {
                #expect(throws: FASTQError(reason: .gzip(.truncated))) {
                    try reads(file, pieces: size)
                }
            }
        }
    }

    @Test(arguments: [12, 25, 26, 28, 29, 32])
    func aChangedByteIsNoticed(place: Int) {
        var file = Self.first
        file[place] ^= 0x10
        #expect(throws: (any Error).self) { try reads(file) }
        #expect(throws: (any Error).self) { try reads(file, pieces: 1) }
    }

    @Test func aWrongChecksumIsDamage() {
        var file = Self.first
        file[file.count - 8] ^= 1
        #expect(throws: FASTQError(reason: .gzip(.damaged))) { try reads(file) }
    }

    @Test(arguments: [Int.max, 1])
    func somethingElseAfterTheLastMemberIsRefused(size: Int) {
        for garbage in [Array("@c\n".utf8), [0, 0, 1]] {
            #expect(throws: FASTQError(reason: .gzip(.trailingGarbage))) {
                try reads(Self.first + garbage, pieces: size)
            }
        }
    }

    @Test func whatIsNotFASTQIsRefusedWithItsLineInTheText() {
        // "@a\nAC\n+\nI\n", by Python's gzip.
        let file = bytes(hex: "1f8b08000000000002ff7348e47274e6d2e6f2e40200ec48223d0a000000")
        #expect(throws: FASTQError(line: 4, reason: .lengthsDiffer(bases: 2, qualities: 1))) {
            try reads(file)
        }
    }

    @Test func aTextLargerThanTheOutputIsReadWhole() throws {
        // A million times "A", stored as deflate does at its best: 1 kB.
        let inflater = GzipInflater()
        var count = 0
        for piece in pieces(fixture("million.gz"), of: 100) {
            inflater.feed(piece)
            while let text = try inflater.next() {
                count += text.count
                #expect(text.allSatisfy { $0 == UInt8(ascii: "A") })
            }
        }
        try inflater.finish()
        #expect(count == 1_000_000)
    }

    @Test func aSingleByteIsNoGzip() {
        #expect(throws: FASTQError(line: 1, reason: .missingAt(found: 0x1F))) { try reads([0x1F]) }
    }

    /// Blocks that were compressed apart are one file for whoever reads it.
    @Test(arguments: [1, 7, 1000, 70_000, 300_000])
    func blocksAreOneFile(size: Int) throws {
        var chance = Congruential(state: 3)
        let count = size == 1 ? 500 : 200_000
        let text = (0..<count).map { _ in
            Array("ACGTN@+\nI#".utf8).randomElement(using: &chance) ?? 0
        }
        let file = gzip(text, blocks: size)
        #expect(file.count < count || size < 100)
        let inflater = GzipInflater()
        inflater.feed(file)
        var read: [UInt8] = []
        while let piece = try inflater.next() { read += piece }
        try inflater.finish()
        #expect(read == text)
    }

    @Test func noBlockIsAnEmptyFile() throws {
        let inflater = GzipInflater()
        inflater.feed(gzip([]))
        #expect(try inflater.next() == nil)
        try inflater.finish()
    }
}
