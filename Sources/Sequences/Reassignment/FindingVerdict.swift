import Glibc

/// How sure it is that a virus is in a sample, of which reads were found.
public struct FindingVerdict: Hashable, Sendable {
    /// The verdict itself.
    public enum Certainty: String, Hashable, Sendable, CaseIterable {
        /// Enough reads lie on enough of a sequence.
        case found
        /// Reads lie on a part of the sequence that says neither yes nor no.
        case uncertain
        /// So few reads, or on so little of the sequence, that they may be another sample's.
        case weak
    }

    /// Why it is so.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// Nothing speaks against the finding.
        case supported
        /// There are fewer reads than were asked for.
        case fewReads = "few_reads"
        /// Reads lie on hardly any of the sequence.
        case narrow
        /// Reads lie on a part of the sequence only.
        case partial
        /// Reads lie upon each other in few places: what is there is simple, or like the host.
        case piledUp = "piled_up"
    }

    /// The verdict itself.
    public var certainty: Certainty
    /// Why it is so; never empty.
    public var reasons: [Reason]
}

/// From where on a finding is believed.
public struct FindingThresholds: Hashable, Sendable {
    /// Fewer reads or pairs than these are weak.
    public var reads: Double
    /// If reads lie on less than this share of the best covered sequence, the finding is weak.
    public var weakBreadth: Double
    /// If they lie on at least this share, the virus is found.
    public var foundBreadth: Double

    /// Makes thresholds.
    ///
    /// - Parameters:
    ///   - reads: Fewer reads or pairs than these are weak.
    ///   - weakBreadth: A share of the sequence, from 0 to 1, below which the finding is weak.
    ///   - foundBreadth: The share from which on the virus is found.
    public init(reads: Double, weakBreadth: Double, foundBreadth: Double) {
        self.reads = reads
        self.weakBreadth = weakBreadth
        self.foundBreadth = foundBreadth
    }

    /// Judges a finding.
    ///
    /// - Parameters:
    ///   - reads: How many reads or pairs speak for the virus.
    ///   - breadth: The share of a sequence of its that at least one read covers.
    ///   - depth: How many reads cover a base of that sequence, on the mean.
    /// - Returns: The verdict with its reasons.
    public func verdict(reads: Double, breadth: Double, depth: Double) -> FindingVerdict {
        var reasons: [FindingVerdict.Reason] = []
        if reads < self.reads { reasons.append(.fewReads) }
        if breadth < foundBreadth {
            // Half as much as at random is less than chance makes of any number of reads that counts.
            let isPiledUp = breadth < Self.expectedBreadth(depth: depth) / 2
            reasons.append(isPiledUp ? .piledUp : breadth < weakBreadth ? .narrow : .partial)
        }
        let certainty: FindingVerdict.Certainty =
            reads < self.reads || breadth < weakBreadth
            ? .weak : breadth < foundBreadth ? .uncertain : .found
        return FindingVerdict(
            certainty: certainty,
            reasons: reasons.isEmpty ? [.supported] : reasons
        )
    }

    /// The share of a sequence that reads cover which lie on it at random (Lander and Waterman, 1988).
    ///
    /// - Parameter depth: How many reads cover a base, on the mean.
    /// - Returns: A share from 0 to 1.
    public static func expectedBreadth(depth: Double) -> Double { 1 - exp(-depth) }
}
