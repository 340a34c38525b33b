import JSON
import Sequences

/// What reads that lie on a sequence say of whether its virus may be there.
///
/// One read that fits as a whole is enough. Of reads that fit in part only, such as those of a strain far from all that is
/// known, some share of the virus must be covered: where a few proteins are alike, as those of another virus of
/// the same family, reads fit in few places.
struct CandidateHits: Hashable {
    /// Whether any read fits as a whole.
    private(set) var hasWhole = false
    /// Where the others lie, in blocks.
    private(set) var blocks: Set<Int> = []

    /// How many bases a block has.
    private static let block = 10
    /// What share of a virus reads must cover of which none fits as a whole.
    static let leastBreadth = 0.05

    /// Takes in an alignment.
    ///
    /// - Parameters:
    ///   - position: Where it begins, counted from 0.
    ///   - span: How many bases of the sequence it covers.
    ///   - isWhole: Whether the read fits as a whole.
    mutating func add(position: Int, span: Int, isWhole: Bool) {
        if isWhole {
            hasWhole = true
        } else if position >= 0, span > 0 {
            // No read is longer; a gap that an aligner makes of nothing must not fill the memory.
            let last = position + min(span, 1000) - 1
            blocks.formUnion(position / Self.block...last / Self.block)
        }
    }

    /// Whether a virus may be there.
    ///
    /// - Parameter sequences: What lies on its sequences, and how long these are.
    /// - Returns: Whether all isolates of it are to be looked at.
    static func makeCandidate(_ sequences: [(hits: CandidateHits?, length: Int)]) -> Bool {
        sequences.contains { $0.hits?.hasWhole == true } || haveParts(sequences)
    }

    /// Whether reads that fit in part cover enough of an isolate to count.
    ///
    /// - Parameter sequences: What lies on its sequences, and how long these are.
    /// - Returns: Whether they do; those that fit as a whole have no say in it.
    static func haveParts(_ sequences: [(hits: CandidateHits?, length: Int)]) -> Bool {
        let covered = sequences.reduce(0) { $0 + ($1.hits?.blocks.count ?? 0) * block }
        let length = sequences.reduce(0) { $0 + $1.length }
        return covered > 0 && Double(covered) >= leastBreadth * Double(length)
    }
}

/// Gathers what lies on each sequence.
struct CandidateCollector: AlignmentCollector {
    private(set) var references: [Int: CandidateHits] = [:]

    mutating func add(_ record: SAMRecord, of bytes: [UInt8]) {
        guard record.isMapped, let reference = record.reference, let fit = ReadFit(record) else {
            return
        }
        references[reference, default: CandidateHits()].add(
            position: record.position,
            span: record.cigar.span,
            isWhole: fit == .whole
        )
    }
}

/// Gathers which reads fit which isolates, those apart that fit in part.
struct IsolateCollector: AlignmentCollector {
    private var whole = PathoscopeMatrix()
    private var parts = PathoscopeMatrix()

    mutating func add(_ record: SAMRecord, of bytes: [UInt8]) {
        guard record.isMapped else { return }
        switch ReadFit(record) {
        case .whole: whole.add(record, of: bytes)
        case .part: parts.add(record, of: bytes)
        case nil: break
        }
    }

    /// Gives away all that counts: of a read that fits an isolate as a whole nothing else does, and of others only what
    /// lies on viruses of which such parts cover enough.
    ///
    /// - Parameter sequences: What the alignments' references are.
    /// - Returns: The matrix; nothing is left here.
    mutating func takeMatrix(of sequences: [Reference.Placed]) -> PathoscopeMatrix {
        // Moved, not copied: there may be millions of alignments.
        var matrix = PathoscopeMatrix()
        swap(&matrix, &whole)
        var hits: [Int: CandidateHits] = [:]
        parts.forEachAlignment(ofReadsNotIn: matrix) { reference, position, span in
            hits[reference, default: CandidateHits()]
                .add(position: position, span: span, isWhole: false)
        }
        let isolates = Dictionary(grouping: sequences.indices) { number in
            [sequences[number].virus.id, sequences[number].isolate.id].map { ExactText($0) }
        }
        let covered = isolates.filter { _, numbers in
            CandidateHits.haveParts(
                numbers.map { (hits[$0], sequences[$0].sequence.sequence.count) }
            )
        }
        let viruses = Set(covered.compactMap(\.key.first))
        matrix.add(parts) { viruses.contains(ExactText(sequences[$0].virus.id)) }
        parts = PathoscopeMatrix()
        return matrix
    }
}
