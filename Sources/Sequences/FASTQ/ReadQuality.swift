/// What is told of the reads of a sample; the numbers are those of FastQC 0.11.9.
///
/// Of two files of mates, reads are counted over both, and everything else is averaged.
public struct ReadQuality: Hashable, Sendable {
    /// The qualities of one cycle.
    public struct Cycle: Hashable, Sendable {
        /// The mean.
        public var mean = 0.0
        /// The 50th percentile.
        public var median = 0.0
        /// The 25th percentile.
        public var lowerQuartile = 0.0
        /// The 75th percentile.
        public var upperQuartile = 0.0
        /// The 10th percentile.
        public var percentile10 = 0.0
        /// The 90th percentile.
        public var percentile90 = 0.0

        /// Mean, median, lower and upper quartile, 10th and 90th percentile.
        public var numbers: [Double] {
            [mean, median, lowerQuartile, upperQuartile, percentile10, percentile90]
        }
    }

    /// The shares of the bases in one cycle, in percent of those that are known.
    public struct Composition: Hashable, Sendable {
        /// Guanine.
        public var g = 0.0
        /// Adenine.
        public var a = 0.0
        /// Thymine.
        public var t = 0.0
        /// Cytosine.
        public var c = 0.0

        /// G, A, T, C.
        public var numbers: [Double] { [g, a, t, c] }
    }

    /// How many numbers `sequences` has.
    public static let maximumMean = 50
    /// Percentiles of as few qualities as that say nothing; the mean stands in their place.
    static let tooFewForPercentiles = 100

    /// How many reads there are.
    public var count: Int
    /// How qualities are written.
    public var encoding: QualityEncoding
    /// The length of the shortest and the longest read.
    public var length: ClosedRange<Int>
    /// The share of G and C in percent, for each file cut to a whole number.
    public var gc: Double
    /// The qualities, cycle by cycle.
    public var bases: [Cycle]
    /// The shares of the bases, cycle by cycle.
    public var composition: [Composition]
    /// How many reads have the mean quality 0, 1, … 49 (the last: or more), cut to a whole number.
    public var sequences: [Int]
}
