import Compression
import Sequences
import Testing

@Suite struct ForeignFormatTests {
    private static let tar =
        Array("reads.fastq".utf8) + [UInt8](repeating: 0, count: 246) + Array("ustar\0".utf8)
        + [UInt8](repeating: 0, count: 300)

    private static let files: [(ForeignFormat, [UInt8])] = [
        (.bzip2, Array("BZh91AY&SY".utf8)),
        (.xz, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00, 0x00, 0x04]),
        (.zstd, [0x28, 0xB5, 0x2F, 0xFD, 0x04]),
        (.lz4, [0x04, 0x22, 0x4D, 0x18, 0x60]),
        (.compress, [0x1F, 0x9D, 0x90]),
        (.zip, [0x50, 0x4B, 0x03, 0x04, 0x14]),
        (.sevenZip, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0x00]),
        (.rar, Array("Rar!\u{1A}".utf8)),
        (.tar, tar),
        (.bam, Array("BAM\u{1}....".utf8)),
        (.cram, Array("CRAM\u{3}".utf8)),
        (.sam, Array("@HD\tVN:1.6\tSO:unsorted\n".utf8)),
        (.sra, Array("NCBI.sra....".utf8)),
        (.hdf5, [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]),
        (.pod5, [0x8B, 0x50, 0x4F, 0x44, 0x0D, 0x0A, 0x1A, 0x0A]),
        (.fasta, Array(">a\nACGT\n".utf8)),
        (.genbank, Array("LOCUS       NC_1 200 bp".utf8)),
        (.abi, Array("ABIF....".utf8)),
        (.html, Array("\n <!DOCTYPE html>\n<html>".utf8)),
        (.pdf, Array("%PDF-1.7".utf8)),
        (.utf16, [0xFF, 0xFE, 0x40, 0x00, 0x61, 0x00]),
        (.utf16, [0x40, 0x00, 0x61, 0x00]), (.utf16, [0x00, 0x40, 0x00, 0x61]),
        (.oldMac, Array("@a\rAC\r+\rII\r".utf8)),
    ]

    @Test(arguments: [Int.max, 1, 3])
    func theFilesThatAreTakenForFASTQAreNamed(size: Int) {
        for (format, bytes) in Self.files {
            let error = FASTQError(reason: .foreign(format))
            #expect(throws: error) { try reads(bytes, pieces: size) }
            #expect(throws: error) { try reads(gzip(bytes), pieces: size) }
        }
        let twice = gzip(gzip(Array("@a\nAC\n+\nII\n".utf8)))
        #expect(throws: FASTQError(reason: .foreign(.gzipTwice))) {
            try reads(twice, pieces: size)
        }
    }

    @Test func eachSaysWhatItIsAndWhatToDo() {
        #expect(
            ForeignFormat.bzip2.description
                == "this is a bzip2 file, not FASTQ; convert it with: bzcat FILE | gzip > NEW.fastq.gz"
        )
        #expect(
            Set(ForeignFormat.allCases.map(\.description)).count == ForeignFormat.allCases.count
        )
        #expect(Set(Self.files.map(\.0) + [.gzipTwice]) == Set(ForeignFormat.allCases))
    }
}

/// Compresses bytes, in blocks of a size.
func gzip(_ bytes: [UInt8], blocks size: Int = 100) -> [UInt8] {
    var end = GzipEnd()
    var file = DeflatedBlock.start
    for piece in pieces(bytes, of: size) {
        let block = DeflatedBlock(piece)
        end.add(block)
        file += block.bytes
    }
    return file + end.bytes
}
