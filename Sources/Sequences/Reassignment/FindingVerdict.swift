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
        /// There are fewer reads than were asked for, yet they lie apart all over a genome that is so short that not many more fit.
        case shortGenome = "short_genome"
        /// Reads lie on hardly any of the sequence.
        case narrow
        /// Reads lie on a part of the sequence only.
        case partial
        /// Reads lie upon each other in few places: what is there is simple, or like the host.
        case piledUp = "piled_up"
        /// Reads of amplicons lie on a part of the sequence, which is the one that was copied or is not.
        case amplified
    }

    /// The verdict itself.
    public var certainty: Certainty
    /// Why it is so; never empty.
    public var reasons: [Reason]
}
