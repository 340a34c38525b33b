/// Files that are often taken for sequences, told by how they begin.
public enum FileFormat: String, Hashable, Sendable, CaseIterable {
    /// A page, such as the one that a server sends instead of a file.
    case html = "an HTML page, not a file of sequences; download it again"
    /// A ZIP archive.
    case zip = "a ZIP archive; unpack it first"
    /// Compressed with bzip2.
    case bzip2 = "compressed with bzip2; decompress it, or compress it with gzip"
    /// Compressed with xz.
    case xz = "compressed with xz; decompress it, or compress it with gzip"
    /// Compressed with zstd.
    case zstd = "compressed with zstd; decompress it, or compress it with gzip"
    /// An archive of files.
    case tar = "a tar archive; unpack it first"
    /// Alignments, compressed.
    case bam = "a BAM file; convert it, for instance with samtools fasta"
    /// Alignments.
    case sam = "a SAM file; convert it, for instance with samtools fasta"
    /// Reads.
    case fastq = "a FASTQ file of reads, not of FASTA"
    /// A flat file of GenBank.
    case genBank = "a GenBank flat file; download it as FASTA"
    /// A flat file of EMBL.
    case embl = "an EMBL flat file; download it as FASTA"
    /// A document.
    case pdf = "a PDF document"
    /// Text of two bytes a letter.
    case utf16 = "text in UTF-16; save it as plain text (UTF-8)"
    /// Text whose lines end with a carriage return alone.
    case oldMac =
        "text with the line ends of old Macs; convert it with: tr '\\r' '\\n' < FILE > NEW.fa"
    /// A list or object of JSON.
    case json = "a JSON file, not FASTA"

    /// As many bytes as tell what a file is.
    public static let tellingBytes = 512

    /// Recognizes a file.
    ///
    /// - Parameter beginning: Its first bytes, ``tellingBytes`` if there are so many.
    public init?(beginning: [UInt8]) {
        let marks: [(FileFormat, [UInt8])] = [
            (.zip, [0x50, 0x4B, 0x03, 0x04]), (.bzip2, Array("BZh".utf8)),
            (.xz, [0xFD, 0x37, 0x7A, 0x58, 0x5A]), (.zstd, [0x28, 0xB5, 0x2F, 0xFD]),
            (.bam, Array("BAM\u{1}".utf8)), (.pdf, Array("%PDF".utf8)),
            (.utf16, [0xFF, 0xFE]), (.utf16, [0xFE, 0xFF]),
        ]
        for (format, mark) in marks where beginning.starts(with: mark) {
            self = format
            return
        }
        if beginning.count >= 262, beginning[257..<262].elementsEqual("ustar".utf8) {
            self = .tar
            return
        }
        let start = beginning.drop { $0 <= 0x20 || $0 == 0xEF || $0 == 0xBB || $0 == 0xBF }
        func begins(with text: String) -> Bool { start.starts(with: text.utf8) }
        switch start.first {
        case UInt8(ascii: "<"): self = .html
        case UInt8(ascii: ">")
        where beginning.dropLast().contains(0x0D) && !beginning.contains(0x0A):
            self = .oldMac
        case UInt8(ascii: "{"), UInt8(ascii: "["): self = .json
        case UInt8(ascii: "@"):
            let isSAM = ["@HD\t", "@SQ\t", "@PG\t", "@RG\t"].contains(where: begins)
            self = isSAM ? .sam : .fastq
        case UInt8(ascii: "L") where begins(with: "LOCUS "): self = .genBank
        case UInt8(ascii: "I") where begins(with: "ID   "): self = .embl
        default: return nil
        }
    }
}
