/// A line of SAM, as numbers and as ranges in the bytes that it was read from.
public struct SAMRecord: Hashable, Sendable {
    /// The read's name.
    public internal(set) var name = 0..<0
    /// What all alignments of a fragment have in common.
    public internal(set) var key = 0..<0
    /// The flags.
    public internal(set) var flags: Flags = []
    /// The reference's number in the reader's `references`; nil if the read is not aligned.
    public internal(set) var reference: Int?
    /// Where on the reference the alignment begins, counted from 0.
    public internal(set) var position = 0
    /// What the CIGAR says.
    public internal(set) var cigar = CIGARSums()
    /// The bases; empty for `*`.
    public internal(set) var sequence = 0..<0
    /// The qualities; empty for `*`.
    public internal(set) var quality = 0..<0
    /// The aligner's score (`AS:i`).
    public internal(set) var alignmentScore: Int?
    /// How many bases differ, are missing or too many (`NM:i`); at least 0.
    public internal(set) var editDistance: Int?

    /// What is known of a read and its alignment.
    public struct Flags: OptionSet, Hashable, Sendable {
        /// All flags as SAM writes them.
        public let rawValue: Int

        /// Makes flags.
        ///
        /// - Parameter rawValue: All flags as SAM writes them.
        public init(rawValue: Int) { self.rawValue = rawValue }

        /// The read is not aligned.
        public static let unmapped = Flags(rawValue: 4)
        /// The read stands reversed and complemented.
        public static let reverse = Flags(rawValue: 16)
        /// Not the read's best alignment.
        public static let secondary = Flags(rawValue: 256)
        /// A further part of a read whose best alignment has several.
        public static let supplementary = Flags(rawValue: 2048)
    }

    /// Whether the read is aligned.
    public var isMapped: Bool { !flags.contains(.unmapped) && reference != nil }

    /// Whether the line is the read's only one, or its first: as many as reads.
    public var isPrimary: Bool { flags.isDisjoint(with: [.secondary, .supplementary]) }

    /// Where the read would begin, had the sequence room for all of it, and on which strand.
    ///
    /// Copies of one piece begin in the same place, wherever they end and whatever an aligner cuts off.
    public var start: ReadStart {
        let isReversed = flags.contains(.reverse)
        return ReadStart(
            place: isReversed ? position + cigar.span + cigar.trailing : position - cigar.leading,
            isReversed: isReversed
        )
    }

    /// How many bases the read has.
    public var length: Int { sequence.isEmpty ? cigar.readLength : sequence.count }

    /// The score on the scale of bowtie2's local mode.
    ///
    /// SNAP tells no score, so it is computed as bowtie2 would from bases of best quality: 2 for each
    /// that matches, -6 for each that differs, -5 for each gap and -3 for each base in it.
    public var localScore: Int {
        if let alignmentScore { return alignmentScore }
        let gaps = cigar.inserted + cigar.deleted
        let mismatches = max(0, (editDistance ?? 0) - gaps)
        return 2 * (cigar.aligned - mismatches) - 6 * mismatches - 5 * cigar.gaps - 3 * gaps
    }

    /// What the reassignment weighs: the score and the read's length.
    public var score: Int { localScore + length }
}

/// Where on a sequence a read begins.
public struct ReadStart: Hashable, Sendable {
    /// The place of its first base, counted from 0; of a reversed read the place behind it.
    ///
    /// It may lie before or behind the sequence.
    public var place: Int
    /// Whether it is read from the other strand.
    public var isReversed: Bool

    /// Says where a read begins.
    ///
    /// - Parameters:
    ///   - place: The place of its first base, counted from 0; of a reversed read the place behind it.
    ///   - isReversed: Whether it is read from the other strand.
    public init(place: Int, isReversed: Bool) {
        self.place = place
        self.isReversed = isReversed
    }
}

/// How much of a read is aligned, and how.
public struct CIGARSums: Hashable, Sendable {
    /// How many bases stand opposite one of the reference (M, =, X).
    public var aligned = 0
    /// How many bases the read has and the reference has not (I).
    public var inserted = 0
    /// How many bases the reference has and the read has not (D).
    public var deleted = 0
    /// How many gaps those make (I and D).
    public var gaps = 0
    /// How many bases of the reference the alignment covers (M, D, N, =, X).
    public var span = 0
    /// How many bases the read has (M, I, S, =, X).
    public var readLength = 0
    /// How many bases of the read lie before what is aligned (S, H).
    public var leading = 0
    /// How many lie behind it.
    public var trailing = 0

    /// Makes sums of nothing.
    public init() {}

    /// Takes in an operation.
    ///
    /// - Parameters:
    ///   - operation: Its letter.
    ///   - length: How often it is done.
    /// - Returns: Whether there is such an operation.
    mutating func add(_ operation: UInt8, _ length: Int) -> Bool {
        switch operation {
        case UInt8(ascii: "M"), UInt8(ascii: "="), UInt8(ascii: "X"):
            aligned += length
            span += length
            readLength += length
        case UInt8(ascii: "I"):
            inserted += length
            gaps += 1
            readLength += length
        case UInt8(ascii: "D"):
            deleted += length
            gaps += 1
            span += length
        case UInt8(ascii: "N"): span += length
        case UInt8(ascii: "S"):
            readLength += length
            addClipped(length)
        case UInt8(ascii: "H"): addClipped(length)
        case UInt8(ascii: "P"): break
        default: return false
        }
        return true
    }

    private mutating func addClipped(_ length: Int) {
        if aligned + inserted == 0 { leading += length } else { trailing += length }
    }
}
