/// How qualities are written as signs, as FastQC 0.11.9 tells and names it.
public enum QualityEncoding: String, Hashable, Sendable, CaseIterable {
    /// Everything of today.
    case sanger = "Sanger / Illumina 1.9"
    /// Before 2010; the least quality is 1.
    case illumina13 = "Illumina 1.3"
    /// Until 2011; the least quality is 2.
    case illumina15 = "Illumina 1.5"

    /// Guesses the encoding.
    ///
    /// - Parameter leastSign: The least sign that occurs, from 33.
    public init(leastSign: UInt8) {
        self =
            switch leastSign {
            case ..<64: .sanger
            case 65: .illumina13
            default: .illumina15
            }
    }

    /// Tells the encoding of reads that are to be trimmed; nil if the signs are good qualities in all of them.
    ///
    /// Sequencers of today write up to quality 50 and none below 40 if they like, which the least sign alone
    /// would take for an encoding of 2010. None that makes short reads writes a quality of 61 as Sanger did, and
    /// in the old encodings that is 30. These end with 41; what is above comes from reads that were put together.
    ///
    /// - Parameter signs: The least and the greatest sign that occur.
    public init?(signs: ClosedRange<UInt8>) {
        switch (signs.lowerBound, signs.upperBound) {
        case (..<59, _), (_, 106...): self = .sanger
        case (let least, 94...): self = QualityEncoding(leastSign: max(least, 64))
        default: return nil
        }
    }

    /// The sign of quality 0.
    public var offset: Int { self == .sanger ? 33 : 64 }
}
