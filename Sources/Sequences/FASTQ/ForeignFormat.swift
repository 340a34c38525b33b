/// What is often taken for FASTQ, or has its name, and is something else.
public enum ForeignFormat: Hashable, Sendable, CaseIterable {
    case bzip2, xz, zstd, lz4, compress, zip, sevenZip, rar, tar, gzipTwice
    case bam, cram, sam, sra, hdf5, pod5
    case fasta, genbank, abi, html, pdf, utf16, oldMac

    /// How many bytes it takes to tell them all.
    static let telling = 512

    /// Recognizes a format by how a file begins.
    ///
    /// - Parameters:
    ///   - start: The first bytes, 512 or all of them.
    ///   - isInflated: Whether they come out of a gzip file.
    init?(_ start: some Collection<UInt8>, isInflated: Bool) {
        let start = Array(start.prefix(Self.telling))
        let found = Self.marks.first { start.starts(with: $0.mark) }?.format
        if let found {
            self = found
        } else if start.starts(with: [0x1F, 0x8B]), isInflated {
            self = .gzipTwice
        } else if start.dropFirst(257).starts(with: Array("ustar".utf8)) {
            self = .tar
        } else if Self.beginsHTML(start) {
            self = .html
        } else if start.first == UInt8(ascii: "@"), !start.contains(0x0A),
            start.dropLast().contains(0x0D)
        {
            self = .oldMac
        } else {
            return nil
        }
    }

    private static let marks: [(mark: [UInt8], format: ForeignFormat)] =
        [
            ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], .xz),
            ([0x28, 0xB5, 0x2F, 0xFD], .zstd),
            ([0x1F, 0x9D], .compress), ([0x1F, 0xA0], .compress),
            ([0x50, 0x4B, 0x03, 0x04], .zip), ([0x50, 0x4B, 0x05, 0x06], .zip),
            ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], .sevenZip),
            ([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], .hdf5),
            ([0x8B, 0x50, 0x4F, 0x44, 0x0D, 0x0A], .pod5),
            ([0xFF, 0xFE], .utf16), ([0xFE, 0xFF], .utf16), ([0x40, 0x00], .utf16),
            ([0x00, 0x40], .utf16),
            ([0x04, 0x22, 0x4D, 0x18], .lz4),
        ]
        + [
            ("BZh", .bzip2), ("Rar!", .rar), ("BAM\u{1}", .bam), ("CRAM", .cram),
            ("@HD\tVN:", .sam), ("@SQ\tSN:", .sam), ("@PG\tID:", .sam), ("@RG\tID:", .sam),
            ("NCBI.sra", .sra), (">", .fasta), (";", .fasta), ("LOCUS ", .genbank),
            ("ABIF", .abi), ("%PDF", .pdf),
        ].map { (Array($0.utf8), $1) }

    private static func beginsHTML(_ start: [UInt8]) -> Bool {
        let text = String(decoding: start.drop { $0 <= 0x20 }, as: UTF8.self).lowercased()
        return ["<!doctype", "<html", "<head", "<?xml"].contains { text.hasPrefix($0) }
    }
}

extension ForeignFormat: CustomStringConvertible {
    /// What it is and what to do, in a sentence.
    public var description: String {
        "this is \(name), not FASTQ; \(advice)"
    }

    private var name: String {
        switch self {
        case .bzip2: "a bzip2 file"
        case .xz: "an xz file"
        case .zstd: "a Zstandard file"
        case .lz4: "an lz4 file"
        case .compress: "a file of compress (.Z)"
        case .zip: "a zip archive"
        case .sevenZip: "a 7z archive"
        case .rar: "a RAR archive"
        case .tar: "a tar archive"
        case .gzipTwice: "a file that was compressed twice with gzip"
        case .bam: "BAM"
        case .cram: "CRAM"
        case .sam: "SAM"
        case .sra: "an archive of the SRA"
        case .hdf5: "HDF5, as raw signals of nanopores (FAST5) are"
        case .pod5: "POD5, raw signals of nanopores"
        case .fasta: "FASTA"
        case .genbank: "GenBank"
        case .abi: "a chromatogram (AB1)"
        case .html: "a web page"
        case .pdf: "PDF"
        case .utf16: "text in UTF-16"
        case .oldMac: "text with the line ends of old Macs"
        }
    }

    private var advice: String {
        switch self {
        case .bzip2: "convert it with: bzcat FILE | gzip > NEW.fastq.gz"
        case .xz: "convert it with: xzcat FILE | gzip > NEW.fastq.gz"
        case .zstd: "convert it with: zstdcat FILE | gzip > NEW.fastq.gz"
        case .lz4: "convert it with: lz4cat FILE | gzip > NEW.fastq.gz"
        case .compress: "convert it with: zcat FILE | gzip > NEW.fastq.gz"
        case .zip, .sevenZip, .rar, .tar: "unpack it first; FASTQ may be plain or .gz"
        case .gzipTwice: "decompress it once, with: zcat FILE > NEW.fastq.gz"
        case .bam, .cram: "convert it with samtools fastq, the mates of pairs into two files"
        case .sam: "convert it with samtools fastq, the mates of pairs into two files"
        case .sra: "convert it with fasterq-dump --split-files"
        case .hdf5, .pod5: "these are no reads yet, and long ones are not supported"
        case .fasta, .genbank: "reads need their qualities"
        case .abi: "single chromatograms are not supported"
        case .html: "the download seems to have failed or to have needed a login"
        case .pdf: "reads are text of four lines each"
        case .utf16: "save it as plain text, for instance with iconv -f UTF-16 -t ASCII"
        case .oldMac: "convert it with: tr '\\r' '\\n' < FILE > NEW.fastq"
        }
    }
}
