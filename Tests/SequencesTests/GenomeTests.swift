import Compression
import Sequences
import Testing

@Suite struct GenomeTests {
    /// The genome written anew, and what was counted.
    private func read(
        _ bytes: [UInt8],
        pieces size: Int = .max
    ) throws -> (text: String, statistics: SequenceStatistics) {
        var reader = GenomeFileReader()
        var output: [UInt8] = []
        for piece in pieces(bytes, of: size) { try reader.read(piece, into: &output) }
        let statistics = try reader.finish(into: &output)
        return (String(decoding: output, as: UTF8.self), statistics)
    }

    @Test(arguments: [Int.max, 1, 2, 3, 600])
    func itIsWrittenAnewAsEveryToolReadsIt(pieces size: Int) throws {
        let text =
            "\u{FEFF}\n \r\n>chr1_alt a name\r\nACgtu\n\nRyx-.\n>  \nGg \n>HLA-A*01\n\(bases)"
        let (written, statistics) = try read(Array(text.utf8), pieces: size)
        let sequences = written.split(separator: ">").map { record in
            record.split(separator: "\n").dropFirst().joined()
        }
        #expect(sequences == ["ACGTTNNNNN", "GG", bases])
        let names = written.split(separator: "\n").filter { $0.hasPrefix(">") }
        #expect(names == [">1", ">2", ">3"])
        #expect(statistics.count == 3)
        #expect(statistics.totalLength == 12 + bases.utf8.count)
        #expect(statistics.nucleotides.other == 6)
    }

    private let bases = String(repeating: "ACGT", count: 300)

    @Test func proteinsAreToldByTheirLettersOrTheirMixture() throws {
        #expect(throws: FASTAError(line: 3, reason: .noNucleotide(UInt8(ascii: "L")))) {
            try read(Array(">p\nMKW\nMLS\n".utf8))
        }
        #expect(throws: FASTAError(line: 2, reason: .noNucleotide(UInt8(ascii: "*")))) {
            try read(Array(">p\nMKW*\n".utf8))
        }
        let mixture = ">p\n" + String(repeating: "MKSVDWHRYB", count: 8) + "\n"
        #expect(throws: FASTAError(line: 3, reason: .fewNucleotides)) {
            try read(Array(mixture.utf8))
        }
        // Most of a draft genome may be unknown.
        let unknown = ">n\n" + String(repeating: "NNNNNNNNNA", count: 8) + "\n"
        #expect(try read(Array(unknown.utf8)).statistics.totalLength == 80)
    }

    @Test(
        arguments: [
            ("<!DOCTYPE html>", FileFormat.html), ("\n <html>", .html), ("PK\u{3}\u{4}xx", .zip),
            ("BZh91AY", .bzip2), ("@r1\nACGT\n+\nIIII\n", .fastq), ("@HD\tVN:1.6\n", .sam),
            ("LOCUS       NC_1", .genBank), ("ID   X1; SV 1", .embl), ("%PDF-1.4", .pdf),
            ("{\"otus\": []}", .json), (">a\rACGT\rAC\r", .oldMac),
        ]
    )
    func whatIsSomethingElseIsCalledByItsName(text: String, format: FileFormat) {
        for size in [Int.max, 1] {
            #expect(throws: FASTAError(reason: .format(format))) {
                try read(Array(text.utf8), pieces: size)
            }
        }
    }

    @Test func anArchiveIsCalledByItsName() {
        let name = Array("genome.fa".utf8)
        let header = name + [UInt8](repeating: 0, count: 257 - name.count) + Array("ustar".utf8)
        let archive = header + [UInt8](repeating: 0, count: 512)
        #expect(throws: FASTAError(reason: .format(.tar))) { try read(archive) }
    }

    @Test func anEmptyFileIsRefused() {
        #expect(throws: FASTAError(reason: .emptyFile)) { try read([]) }
        #expect(throws: FASTAError(reason: .gzip(.truncated))) { try read([0x1F, 0x8B]) }
    }
}
