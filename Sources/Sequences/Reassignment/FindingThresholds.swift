import Glibc

/// What speaks for a virus.
public struct FindingSupport: Hashable, Sendable {
    /// How many reads or pairs speak for it most.
    public var reads: Double
    /// Of its best covered sequence the share that at least one read covers, from 0 to 1.
    public var breadth: Double
    /// How many reads cover a base of that sequence, on the mean.
    public var depth: Double
    /// In how many places of that sequence reads begin; copies of one piece begin in the same.
    public var placements: Int
    /// How many bases the virus has, all segments together.
    public var genome: Int

    /// Says what speaks for a virus.
    ///
    /// - Parameters:
    ///   - reads: How many reads or pairs speak for it most.
    ///   - breadth: Of its best covered sequence the share that at least one read covers, from 0 to 1.
    ///   - depth: How many reads cover a base of that sequence, on the mean.
    ///   - placements: In how many places of that sequence reads begin.
    ///   - genome: How many bases the virus has, all segments together.
    public init(reads: Double, breadth: Double, depth: Double, placements: Int, genome: Int) {
        self.reads = reads
        self.breadth = breadth
        self.depth = depth
        self.placements = placements
        self.genome = genome
    }
}

/// From where on a finding is believed.
public struct FindingThresholds: Hashable, Sendable {
    /// Fewer reads or pairs than these are weak.
    public var reads: Double
    /// If reads lie on less than this share of the best covered sequence, the finding is weak.
    public var weakBreadth: Double
    /// If they lie on at least this share, the virus is found.
    public var foundBreadth: Double
    /// Of a genome of fewer bases, reads may be fewer if they cover it.
    public var shortGenome: Int

    /// So many reads that lie apart are wanted for 1,000 bases of a short genome.
    ///
    /// Of 20 that a sequencer reads, trimming and differences leave at least so many in 99 of 100 cases.
    private static let leastDensity = 12.0
    /// And so many of the shortest.
    private static let leastPlacements = 4
    /// What share of that which reads would cover at random they must cover of a short genome.
    private static let leastSpread = 0.7

    /// Makes thresholds.
    ///
    /// - Parameters:
    ///   - reads: Fewer reads or pairs than these are weak.
    ///   - weakBreadth: A share of the sequence, from 0 to 1, below which the finding is weak.
    ///   - foundBreadth: The share from which on the virus is found.
    ///   - shortGenome: Of a genome of fewer bases reads may be fewer if they cover it; 0 for none.
    public init(reads: Double, weakBreadth: Double, foundBreadth: Double, shortGenome: Int) {
        self.reads = reads
        self.weakBreadth = weakBreadth
        self.foundBreadth = foundBreadth
        self.shortGenome = shortGenome
    }

    /// Judges a finding.
    ///
    /// - Parameters:
    ///   - support: What speaks for the virus.
    ///   - isAmplified: Whether reads are of amplicons, which lie on small parts of a sequence however many they are.
    /// - Returns: The verdict with its reasons.
    public func verdict(
        on support: FindingSupport,
        isAmplified: Bool = false
    ) -> FindingVerdict {
        let breadth = support.breadth
        var reasons: [FindingVerdict.Reason] = []
        // Thirds of reads that several sequences share make no whole ones.
        let areFew = support.reads < reads - 1e-6
        let coverShort = areFew && coverShortGenome(support)
        if areFew { reasons.append(coverShort ? .shortGenome : .fewReads) }
        if breadth < foundBreadth, isAmplified {
            reasons.append(.amplified)
        } else if breadth < foundBreadth {
            // Half as much as at random is less than chance makes of any number of reads that counts.
            let isPiledUp = breadth < Self.expectedBreadth(depth: support.depth) / 2
            reasons.append(isPiledUp ? .piledUp : breadth < weakBreadth ? .narrow : .partial)
        }
        let certainty: FindingVerdict.Certainty =
            areFew && !coverShort || breadth < weakBreadth && !isAmplified
            ? .weak : areFew || breadth < foundBreadth ? .uncertain : .found
        return FindingVerdict(
            certainty: certainty,
            reasons: reasons.isEmpty ? [.supported] : reasons
        )
    }

    /// Whether reads lie apart all over a short genome, and as densely as those of a virus that is there.
    ///
    /// Of copies of one piece only one counts, and what lies in one part of the genome may be another's.
    private func coverShortGenome(_ support: FindingSupport) -> Bool {
        guard (1..<max(shortGenome, 1)).contains(support.genome) else { return false }
        let apart = min(support.reads.rounded(), Double(support.placements))
        let least = Self.leastDensity * Double(support.genome) / 1000
        return apart >= max(least, Double(Self.leastPlacements))
            && support.breadth >= weakBreadth
            && support.breadth >= Self.leastSpread * Self.expectedBreadth(depth: support.depth)
    }

    /// The share of a sequence that reads cover which lie on it at random (Lander and Waterman, 1988).
    ///
    /// - Parameter depth: How many reads cover a base, on the mean.
    /// - Returns: A share from 0 to 1.
    public static func expectedBreadth(depth: Double) -> Double { 1 - exp(-depth) }
}
