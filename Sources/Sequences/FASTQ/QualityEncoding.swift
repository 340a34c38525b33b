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

    /// The sign of quality 0.
    public var offset: Int { self == .sanger ? 33 : 64 }
}
