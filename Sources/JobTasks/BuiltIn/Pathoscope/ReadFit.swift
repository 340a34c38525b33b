import Glibc
import Sequences

/// How well a read fits a sequence.
enum ReadFit {
    /// With at least half of the score that it could have, and 20 more.
    case whole
    /// Well enough not to be chance, but so little that other reads must speak for the sequence too.
    case part

    /// Judges an alignment; nil if chance makes as good ones.
    ///
    /// bowtie2 is told the least score and finds no others. SNAP counts differences only, and of reads of small RNA what has
    /// a base that differs may have another that was cut off.
    init?(_ record: SAMRecord) {
        let (score, length) = (record.localScore, record.length)
        if score >= 20 + length {
            self = .whole
        } else if score >= Self.leastScore(length: length) || Self.differsOnce(record) {
            self = .part
        } else {
            return nil
        }
    }

    /// The least score, on the scale of bowtie2, of a read that does not differ in a single base.
    ///
    /// - Parameter length: How many bases it has.
    /// - Returns: The score.
    static func leastScore(length: Int) -> Int {
        // Rounded down, as bowtie2 does.
        length < 35 ? 20 + length : Int(20 + 10 * log(Double(length)))
    }

    /// Whether one base at most of 21 or more differs, or one at an end was cut off.
    private static func differsOnce(_ record: SAMRecord) -> Bool {
        record.length >= 21 && record.localScore >= 2 * record.length - 8
            && record.cigar.leading + record.cigar.trailing <= 1
    }
}
