/// The number under which a nucleotide sequence stands in the databases of the INSDC, or in RefSeq.
public struct Accession: Hashable, Sendable, CustomStringConvertible {
    /// As it stands there, such as `NC_001367.1`.
    public let description: String

    /// Where NCBI shows the sequence.
    public var link: String { "https://www.ncbi.nlm.nih.gov/nuccore/\(description)" }

    /// Takes a text that has the form of an accession; anything else is none.
    ///
    /// Whether there is such a sequence is not known. Of proteins there are none here.
    ///
    /// - Parameter text: Such as `U12345`, `AB123456.2`, `NC_001367` or `AAAA02000001.1`.
    public init?(_ text: String) {
        guard text.utf8.count <= 24 else { return nil }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard let number = parts.first, parts.count <= 2,
            parts.count == 1
                || (1...3).contains(parts[1].count) && parts[1].allSatisfy(Self.isDigit),
            Self.isNumber(number)
        else { return nil }
        description = text
    }

    private static func isNumber(_ text: Substring.UTF8View) -> Bool {
        let letters = text.prefix { (0x41...0x5A).contains($0) }
        let rest = text.dropFirst(letters.count)
        if rest.first == UInt8(ascii: "_") {
            let digits = rest.dropFirst()
            return refSeq.contains(String(Substring(letters))) && (6...12).contains(digits.count)
                && digits.allSatisfy(isDigit)
        }
        guard rest.allSatisfy(isDigit) else { return false }
        return switch letters.count {
        case 1: rest.count == 5
        case 2: rest.count == 6 || rest.count == 8
        // Whole genome shotgun: a version of two digits, then the contig's number.
        case 4: (8...10).contains(rest.count)
        case 6: (9...11).contains(rest.count)
        default: false
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// What RefSeq's numbers of nucleotide sequences begin with.
    private static let refSeq: Set<String> = [
        "AC", "NC", "NG", "NM", "NR", "NT", "NW", "NZ", "XM", "XR",
    ]
}
