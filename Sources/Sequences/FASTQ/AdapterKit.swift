/// Adapters of usual kits, as reads run into them behind the end of a short piece.
public struct AdapterKit: Hashable, Sendable {
    /// Who uses them.
    public let name: String
    /// What first mates, and single reads, run into.
    public let first: String
    /// What second mates run into.
    public let second: String

    /// Illumina's TruSeq for DNA and RNA, and NEBNext also for small RNA.
    public static let truSeq = AdapterKit(
        name: "TruSeq and NEBNext",
        first: "AGATCGGAAGAGCACACGTCTGAACTCCAGTCA",
        second: "AGATCGGAAGAGCGTCGTGTAGGGAAAGAGTGT"
    )
    /// Illumina's TruSeq Small RNA, and what others made after it.
    public static let smallRNA = AdapterKit(
        name: "TruSeq Small RNA",
        first: "TGGAATTCTCGGGTGCCAAGG",
        second: smallRNASecond
    )
    /// The 5' adapter of nearly all kits for small RNA, as second mates have it.
    private static let smallRNASecond = "GATCGTCGGACTGTAGAACTCTGAACGTGTAGA"

    /// All that are known; which kit a sample was made with stands in few sample sheets.
    public static let all = [
        truSeq, smallRNA,
        AdapterKit(
            name: "Nextera",
            first: "CTGTCTCTTATACACATCT",
            second: "CTGTCTCTTATACACATCT"
        ),
        AdapterKit(
            name: "QIAseq miRNA",
            first: "AACTGTAGGCACCATCAAT",
            second: smallRNASecond
        ),
        AdapterKit(
            name: "MGI and BGI",
            first: "AAGTCGGAGGCCAAGCGGTCTTAGGAAGACAA",
            second: "AAGTCGGATCGTAGCCATGTCGTTCTGTGAGCCAAGGAGTTG"
        ),
        AdapterKit(
            name: "Illumina Small RNA 1.5",
            first: "ATCTCGTATGCCGTCTTCTGCTTG",
            second: smallRNASecond
        ),
        AdapterKit(
            name: "Illumina Small RNA 1.0",
            first: "TCGTATGCCGTCTTCTGCTTG",
            second: smallRNASecond
        ),
        AdapterKit(
            name: "Ion Torrent",
            first: "ATCACCGACTGCCCATAGAGAGGCTGAGAC",
            second: "ATCACCGACTGCCCATAGAGAGGCTGAGAC"
        ),
    ]
}

/// How many reads run into which adapters, by the first reads of a file.
public struct AdapterCensus: Sendable {
    /// So many reads of a file tell it.
    static let enough = 5000

    private static let words = AdapterKit.all.map { ReadWords.first(of: $0.first) }

    /// How many reads were looked at.
    public private(set) var reads = 0
    private var counts = [Int](repeating: 0, count: AdapterKit.all.count)

    /// Makes a census of no reads.
    public init() {}

    /// Takes in a first mate or a single read; those after the first thousands are passed over.
    ///
    /// - Parameter bases: Its bases.
    mutating func add(_ bases: ArraySlice<UInt8>) {
        guard reads < Self.enough else { return }
        reads += 1
        for (word, _) in ReadWords(bases) {
            // What follows behind an adapter may hold an older one's beginning: the first that is met counts.
            guard let number = Self.words.firstIndex(of: word) else { continue }
            counts[number] += 1
            return
        }
    }

    /// Takes in what was counted in another file.
    ///
    /// - Parameter other: Its census.
    public mutating func add(_ other: AdapterCensus) {
        reads += other.reads
        for number in counts.indices { counts[number] += other.counts[number] }
    }

    /// Which share of the reads runs into a kit's adapter.
    ///
    /// - Parameter kit: One of ``AdapterKit/all``.
    /// - Returns: A share from 0 to 1.
    public func share(of kit: AdapterKit) -> Double {
        guard let number = AdapterKit.all.firstIndex(of: kit), reads > 0 else { return 0 }
        return Double(counts[number]) / Double(reads)
    }

    /// The kit whose adapter most reads run into.
    ///
    /// - Parameter least: Fewer than this share of the reads say nothing.
    /// - Returns: The kit; nil if hardly a read runs into any.
    public func commonest(least: Double) -> AdapterKit? {
        guard let most = counts.max(), let number = counts.firstIndex(of: most), reads > 0 else {
            return nil
        }
        return Double(most) >= max(least * Double(reads), 1) ? AdapterKit.all[number] : nil
    }
}
