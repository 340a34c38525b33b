/// A part of a contig that may code for a protein: no stop stands in it.
public struct OpenReadingFrame: Hashable, Sendable {
    /// Contigs that are not longer are not searched.
    public static let shortContig = 300
    /// The length of the shortest protein.
    public static let minimumResidues = 100

    /// The strand from which it is read.
    public enum Strand: Int, Hashable, Sendable, CaseIterable {
        /// As the contig is written.
        case forward = 1
        /// The other one.
        case reverse = -1
    }

    /// The strand from which it is read.
    public var strand: Strand
    /// Where the first codon of the strand begins: 0, 1 or 2.
    public var frame: Int
    /// Where it stands on the contig as written, its stop included if there is one.
    public var position: Range<Int>
    /// The protein, without the stop.
    public var protein: [UInt8]
    /// The bases from the strand that is read, with the stop if there is one.
    public var nucleotides: [UInt8]

    /// Searches both strands and all frames of a contig.
    ///
    /// No start is needed, and an end may be open.
    ///
    /// - Parameter contig: The bases.
    /// - Returns: What was found: forward first, then by frame, then from left to right on the strand.
    public static func find(in contig: [UInt8]) -> [OpenReadingFrame] {
        guard contig.count > shortContig else { return [] }
        var found: [OpenReadingFrame] = []
        for strand in Strand.allCases {
            let bases =
                strand == .forward ? contig : GeneticCode.reverseComplement(contig)
            for frame in 0..<3 {
                find(in: bases, strand, frame: frame) { found.append($0) }
            }
        }
        return found
    }

    private static func find(
        in bases: [UInt8],
        _ strand: Strand,
        frame: Int,
        _ handle: (OpenReadingFrame) -> Void
    ) {
        let protein = GeneticCode.translate(bases, frame: frame)
        var start = 0
        while start < protein.count {
            let end = protein[start...].firstIndex(of: GeneticCode.stop) ?? protein.count
            if end - start >= minimumResidues {
                let place = frame + 3 * start..<min(frame + 3 * end + 3, bases.count)
                let reversed = bases.count - place.upperBound..<bases.count - place.lowerBound
                handle(
                    OpenReadingFrame(
                        strand: strand,
                        frame: frame,
                        position: strand == .forward ? place : reversed,
                        protein: Array(protein[start..<end]),
                        nucleotides: Array(bases[place])
                    )
                )
            }
            start = end + 1
        }
    }
}
