/// What the reads of one file, or the mates of one kind in it, have in common.
public struct ReadSurvey: Sendable {
    /// Longer reads than this are none of those that Illumina, Element, MGI or Ion Torrent make.
    public static let greatestLength = 1000

    /// How many reads there are.
    public private(set) var count = 0
    /// The length of the shortest read.
    public private(set) var shortest = Int.max
    /// The length of the longest read.
    public private(set) var longest = 0
    /// Which mates the first read's header says that they are.
    public private(set) var mateNumber: Int?
    /// What makes long reads, if these are some.
    public private(set) var longReads: LongReads?

    /// Which adapters the reads run into.
    public private(set) var adapters = AdapterCensus()

    private var neighbours = NeighbourNames()
    private var leastSign = UInt8.max
    private var greatestSign = UInt8.min
    private var beginning: UInt64 = 0xcbf2_9ce4_8422_2325

    /// Makes a survey of no reads.
    public init() {}

    /// The least and the greatest sign among the qualities; nil if there is none.
    public var signs: ClosedRange<UInt8>? {
        leastSign <= greatestSign ? leastSign...greatestSign : nil
    }

    /// How the qualities are written; nil if they do not tell it, or there are none.
    public var encoding: QualityEncoding? { signs.flatMap { QualityEncoding(signs: $0) } }

    /// Takes in a read.
    ///
    /// - Parameters:
    ///   - record: The read.
    ///   - bytes: The bytes in which it lies.
    public mutating func add(_ record: FASTQRecord, of bytes: [UInt8]) {
        if count == 0 { mateNumber = record.mateNumber(in: bytes) }
        count += 1
        let length = record.sequence.count
        shortest = min(shortest, length)
        longest = max(longest, length)
        let quality = bytes.span.extracting(record.quality)
        for index in quality.indices {
            leastSign = min(leastSign, quality[index])
            greatestSign = max(greatestSign, quality[index])
        }
        if longReads == nil, count == 1 || length > Self.greatestLength {
            longReads = LongReads(record, of: bytes)
        }
        adapters.add(bytes[record.sequence])
        if count <= 1000 {
            addToBeginning(bytes, record)
            neighbours.add(record, of: bytes)
        }
    }

    /// Whether the names at the file's beginning say that mates follow each other in it; the last may be missing.
    public var seemsInterleaved: Bool { count > 1 && neighbours.areMates }

    /// Whether two files hold the same reads: as many, and the same ones at their beginning.
    ///
    /// - Parameter other: What was found in the other file.
    /// - Returns: True also if only the names differ.
    public func isSame(as other: ReadSurvey) -> Bool {
        count > 0 && count == other.count && beginning == other.beginning
            && longest == other.longest && signs == other.signs
    }

    private mutating func addToBeginning(_ bytes: [UInt8], _ record: FASTQRecord) {
        beginning = (beginning ^ UInt64(record.sequence.count)) &* 0x100_0000_01b3
        for range in [record.sequence, record.quality] {
            for byte in bytes[range] {
                beginning = (beginning ^ UInt64(byte)) &* 0x100_0000_01b3
            }
        }
    }
}

/// What makes reads of thousands of bases, of which many are wrong or missing.
public enum LongReads: String, Hashable, Sendable, CaseIterable {
    /// Oxford Nanopore.
    case nanopore = "Oxford Nanopore"
    /// Pacific Biosciences, also the reads that are called HiFi.
    case pacBio = "PacBio"
    /// Long reads whose names do not tell who made them.
    case unknown = "an unknown sequencer"

    /// Recognizes a long read by its header, or by its length.
    init?(_ record: FASTQRecord, of bytes: [UInt8]) {
        let header = String(decoding: bytes[record.header], as: UTF8.self)
        if header.contains(" runid=") && header.contains(" ch=")
            || header.contains("\tst:Z:") && header.contains("\tch:i:")
            || header.contains("dna_r") && header.contains("_e8")
        {
            self = .nanopore
        } else if header.prefixMatch(of: /m\w+\/\d+\/(ccs|\d+_\d+)/) != nil {
            self = .pacBio
        } else if record.sequence.count > ReadSurvey.greatestLength {
            self =
                header.prefixMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-/) != nil
                ? .nanopore : .unknown
        } else {
            return nil
        }
    }
}
