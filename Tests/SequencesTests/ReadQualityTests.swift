import Sequences
import Testing

@Suite struct ReadQualityTests {
    private func statistics(_ bytes: [UInt8], pieces size: Int = .max) throws -> QualityStatistics {
        var reader = FASTQReader()
        var statistics = QualityStatistics()
        for piece in pieces(bytes, of: size) {
            try reader.read(piece) { statistics.add($1, of: $0) }
        }
        try reader.finish { statistics.add($1, of: $0) }
        return statistics
    }

    private func fastq(_ reads: [(String, String)], times: Int = 1) -> [UInt8] {
        let text = reads.map { "@r\n\($0)\n+\n\($1)\n" }.joined()
        return Array(String(repeating: text, count: times).utf8)
    }

    /// The rows of a part of what FastQC wrote, each from its second column on.
    private func rows(_ module: String) -> [[Double]] {
        var isWithin = false
        var rows: [[Double]] = []
        for line in text(fixture("fastqc.txt")).split(separator: "\n") {
            if line.hasPrefix(">>") {
                isWithin = line.hasPrefix(">>\(module)\t")
            } else if isWithin, !line.hasPrefix("#") {
                rows.append(line.split(separator: "\t").dropFirst().map { Double($0) ?? -1 })
            }
        }
        return rows
    }

    @Test(arguments: [Int.max, 100])
    func theNumbersAreThoseOfFastQC(size: Int) throws {
        let quality = ReadQuality(try statistics(fixture("reads.fastq"), pieces: size))
        #expect(quality.count == 130)
        #expect(quality.encoding.rawValue == "Sanger / Illumina 1.9")
        #expect(quality.length == 20...40)
        #expect(quality.gc == 38)
        let told = rows("Per base sequence quality")
        #expect(told.count == 40 && quality.bases.count == 40)
        for (row, cycle) in zip(told, quality.bases) {
            // FastQC tells no percentiles of 100 reads and fewer.
            #expect(row.map { $0.isNaN ? cycle.mean : $0 } == cycle.numbers)
        }
        for (row, cycle) in zip(rows("Per base sequence content"), quality.composition) {
            for (percent, ours) in zip(row, cycle.numbers) { #expect(abs(percent - ours) < 1e-12) }
        }
        // FastQC tells the range of means that occur, from 16 to 36.
        let means = rows("Per sequence quality scores").map { Int($0[0]) }
        #expect(Array(quality.sequences.drop { $0 == 0 }.prefix(means.count)) == means)
        #expect(quality.sequences.count == 50)
        #expect(quality.sequences.reduce(0, +) == 130)
    }

    @Test(
        arguments: [
            ("!", .sanger), ("?", .sanger), ("@", .illumina15), ("A", .illumina13),
            ("B", .illumina15),
            ("h", .illumina15),
        ] as [(String, QualityEncoding)]
    )
    func theLeastSignTellsTheEncoding(sign: String, encoding: QualityEncoding) throws {
        // FastQC 0.11.9 says the same of each.
        let quality = ReadQuality(try statistics(fastq([("AC", sign + "h")])))
        #expect(quality.encoding == encoding)
        #expect(quality.bases[1].mean == Double(104 - encoding.offset))
    }

    @Test func twoFilesAreAveragedAndTheirReadsAdded() throws {
        let first = try statistics(fastq([("GGC", "555")], times: 3))
        let second = try statistics(fastq([("AC", "?S"), ("AATN", "55?5")]))
        let quality = ReadQuality(first, second)
        #expect(quality.count == 5)
        #expect(quality.length == 2...4)
        // 100 % and 1 of 5 bases, which is 20 %.
        #expect(quality.gc == 60)
        // Signs 5, ? and S are the qualities 20, 30 and 50.
        #expect(quality.bases.map(\.mean) == [22.5, 27.5, 25, 20])
        #expect(quality.bases.map(\.median) == [22.5, 27.5, 25, 20])
        #expect(quality.composition.map(\.g) == [50, 50, 0, 0])
        #expect(quality.composition.map(\.a) == [50, 25, 0, 0])
        #expect(quality.composition.map(\.c) == [0, 25, 50, 0])
        #expect(quality.composition.map(\.t) == [0, 0, 50, 0])
        // Means 20, 20, 20, 40 and 22.5.
        #expect(quality.sequences[20] == 3)
        #expect(quality.sequences[22] == 1)
        #expect(quality.sequences[40] == 1)
    }

    @Test func theTellingSignOfOneMateHoldsForBoth() throws {
        let high = try statistics(fastq([("AC", "II")]))
        let low = try statistics(fastq([("AC", "5I")]))
        #expect(ReadQuality(high).encoding == .illumina15)
        let quality = ReadQuality(high, low)
        #expect(quality.encoding == .sanger)
        #expect(quality.bases.map(\.mean) == [30, 40])
    }

    @Test func percentilesAreTakenFromMoreThanAHundredReads() throws {
        // 60 of quality 10 and 41 of quality 30: a half of 101 is 50, three quarters are 75.
        let reads = fastq([("A", "+")], times: 60) + fastq([("A", "?")], times: 41)
        let cycle = ReadQuality(try statistics(reads)).bases[0]
        #expect(cycle.numbers == [1830.0 / 101, 10, 10, 30, 10, 30])
    }

    @Test func readsMayBeEmptyOrVeryLong() throws {
        let long = String(repeating: "G", count: 2500)
        let signs = String(repeating: "5", count: 1500) + String(repeating: "~", count: 1000)
        let quality = ReadQuality(try statistics(fastq([("", ""), (long, signs)])))
        #expect(quality.count == 2)
        #expect(quality.length == 0...2500)
        #expect(quality.gc == 100)
        #expect(quality.bases.count == QualityStatistics.maximumCycles)
        #expect(quality.bases.allSatisfy { $0.mean == 20 })
        // (1500 * 20 + 1000 * 93) / 2500, cut.
        #expect(quality.sequences[49] == 1)
        #expect(quality.sequences.reduce(0, +) == 1)
    }
}
