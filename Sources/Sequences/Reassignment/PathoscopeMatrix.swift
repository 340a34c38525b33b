/// Which reads fit which references how well, as Pathoscope gathers it from alignments.
///
/// Fill it with all alignments against the references, then with those of the same reads against the
/// host, then call `subtractHost()` and `reassign(among:)`.
public struct PathoscopeMatrix: Sendable {
    /// An alignment.
    ///
    /// There may be a hundred millions of them: each byte counts.
    struct Alignment: Sendable {
        var read: Int32
        var reference: Int32
        var position: Int32
        var score: Int32
        /// How many bases of the reference it covers.
        var span: UInt16
        /// How many bases lie between the read's start and the alignment; for a reversed read the complement of that number.
        var lead: Int16

        /// Where the read begins, if all of it lay on the reference.
        var start: ReadStart {
            lead >= 0
                ? ReadStart(place: Int(position) - Int(lead), isReversed: false)
                : ReadStart(place: Int(position) + Int(span) + Int(~lead), isReversed: true)
        }
    }

    /// The host's score of a read that was not aligned with it.
    static let noScore = Int32.min

    private(set) var reads = NameTable()
    private(set) var alignments: [Alignment] = []
    /// For each read its best score against the host.
    private(set) var hostScores: [Int32] = []
    /// For each read whether the host took it.
    private(set) var isSubtracted: [Bool] = []

    /// Makes a matrix of nothing.
    public init() {}

    /// How many reads there are, those that the host took too.
    public var readCount: Int { reads.count }

    /// Takes in an alignment of a read.
    ///
    /// A score below 0.01 counts as none.
    ///
    /// - Parameters:
    ///   - key: Where the read's key stands.
    ///   - bytes: The bytes in which it stands.
    ///   - reference: The reference's number.
    ///   - position: Where on it the alignment begins, counted from 0.
    ///   - span: How many of its bases the alignment covers.
    ///   - score: The score, the read's length included.
    ///   - start: Where the read begins; where the alignment does, if left out.
    public mutating func add(
        read key: Range<Int>,
        of bytes: [UInt8],
        reference: Int,
        position: Int,
        span: Int,
        score: Int,
        start: ReadStart? = nil
    ) {
        guard score > 0 else { return }
        let read = reads.number(key, of: bytes)
        if read == hostScores.count {
            hostScores.append(Self.noScore)
            isSubtracted.append(false)
        }
        alignments.append(
            Alignment(
                read: Int32(read),
                reference: Int32(reference),
                position: Int32(clamping: position),
                score: Int32(clamping: score),
                span: UInt16(clamping: span),
                lead: Self.lead(to: position, span: span, from: start)
            )
        )
    }

    private static func lead(to position: Int, span: Int, from start: ReadStart?) -> Int16 {
        guard let start else { return 0 }
        let bases = start.isReversed ? start.place - (position + span) : position - start.place
        let lead = Int16(clamping: max(0, bases))
        return start.isReversed ? ~lead : lead
    }

    /// Takes in a line of SAM; one of a read that is not aligned is passed over.
    ///
    /// - Parameters:
    ///   - record: The line.
    ///   - bytes: The bytes in which it lies.
    public mutating func add(_ record: SAMRecord, of bytes: [UInt8]) {
        guard record.isMapped, let reference = record.reference else { return }
        add(
            read: record.key,
            of: bytes,
            reference: reference,
            position: record.position,
            span: record.cigar.span,
            score: record.score,
            start: record.start
        )
    }

    /// Takes in alignments of another matrix, of reads that this one has not yet.
    ///
    /// - Parameters:
    ///   - other: The matrix; its references have the same numbers.
    ///   - isWanted: Whether alignments with a reference are.
    public mutating func add(_ other: PathoscopeMatrix, where isWanted: (Int) -> Bool) {
        let known = readCount
        for alignment in other.alignments where isWanted(Int(alignment.reference)) {
            let key = other.reads.bytes(of: Int(alignment.read))
            if let number = reads.find(key.indices, of: key), number < known { continue }
            add(
                read: key.indices,
                of: key,
                reference: Int(alignment.reference),
                position: Int(alignment.position),
                span: Int(alignment.span),
                score: Int(alignment.score),
                start: alignment.start
            )
        }
    }

    /// Looks at the alignments of reads that another matrix has not.
    ///
    /// - Parameters:
    ///   - other: The other matrix.
    ///   - body: Is given the reference's number, where on it an alignment begins, and how many bases it covers.
    public func forEachAlignment(
        ofReadsNotIn other: PathoscopeMatrix,
        _ body: (_ reference: Int, _ position: Int, _ span: Int) -> Void
    ) {
        for alignment in alignments {
            let key = reads.bytes(of: Int(alignment.read))
            guard other.reads.find(key.indices, of: key) == nil else { continue }
            body(Int(alignment.reference), Int(alignment.position), Int(alignment.span))
        }
    }

    /// The number of a read of which an alignment was taken in.
    ///
    /// - Parameters:
    ///   - key: Where the read's key stands.
    ///   - bytes: The bytes in which it stands.
    /// - Returns: Its number; nil if the read is not in the matrix.
    public func number(ofRead key: Range<Int>, of bytes: [UInt8]) -> Int? {
        reads.find(key, of: bytes)
    }

    /// The key of a read.
    ///
    /// - Parameter number: Its number.
    /// - Returns: What its name was up to the first blank, without the mate's number.
    public func key(ofRead number: Int) -> String { reads[number] }

    /// Takes in an alignment of a read with the host; of reads that are not in the matrix nothing is kept.
    ///
    /// - Parameters:
    ///   - key: Where the read's key stands.
    ///   - bytes: The bytes in which it stands.
    ///   - score: The score, the read's length included.
    public mutating func addHost(read key: Range<Int>, of bytes: [UInt8], score: Int) {
        guard score > 0, let read = reads.find(key, of: bytes) else { return }
        hostScores[read] = max(hostScores[read], Int32(clamping: score))
    }

    /// Takes in a line of SAM of the host.
    ///
    /// - Parameters:
    ///   - record: The line.
    ///   - bytes: The bytes in which it lies.
    public mutating func addHost(_ record: SAMRecord, of bytes: [UInt8]) {
        guard record.isMapped else { return }
        addHost(read: record.key, of: bytes, score: record.score)
    }

    /// Takes out the reads that fit the host at least as well as any reference.
    ///
    /// - Returns: How many the host took.
    @discardableResult
    public mutating func subtractHost() -> Int {
        var best = [Int32](repeating: 0, count: reads.count)
        for alignment in alignments {
            let read = Int(alignment.read)
            best[read] = max(best[read], alignment.score)
        }
        var count = 0
        for read in best.indices {
            isSubtracted[read] = hostScores[read] >= best[read]
            if isSubtracted[read] { count += 1 }
        }
        return count
    }
}
