/// Tells whether two ids that differ are those of mates.
///
/// They are if nothing but their last signs differ, and these say which mate is which: `/1` and `/2`, also `/3`
/// for the second; `.1`, `_1`, `:1` or `-1` as the SRA and others write it; `R1`, or `F` and `R`, behind such a
/// sign. The first pair says how; all others must do it in the same way, for numbers that only count reads
/// look alike in one pair and not in two.
struct MateNames: Sendable {
    private struct Ends: Hashable {
        let sign: UInt8
        let first: UInt8
        let second: UInt8
    }

    private var ends: Ends?

    private static let pairs = Set(
        ["12", "13", "21", "31", "FR", "RF", "fr", "rf"].map { Array($0.utf8) }
    )

    /// Compares two ids that are not equal.
    ///
    /// - Parameters:
    ///   - first: The id in the first file.
    ///   - second: That in the second.
    /// - Returns: Whether their ends alone differ, in the same way as before.
    mutating func areMates(_ first: ArraySlice<UInt8>, _ second: ArraySlice<UInt8>) -> Bool {
        let stem = first.dropLast()
        guard let firstEnd = first.last, let secondEnd = second.last, let sign = stem.last,
            stem.elementsEqual(second.dropLast())
        else { return false }
        let found = Ends(sign: sign, first: firstEnd, second: secondEnd)
        if ends == nil, Self.tellMates(found, behind: stem) { ends = found }
        return ends == found
    }

    private static func tellMates(_ ends: Ends, behind stem: ArraySlice<UInt8>) -> Bool {
        guard pairs.contains([ends.first, ends.second]) else { return false }
        let isR = ends.sign | 0x20 == UInt8(ascii: "r")
        return isSign(ends.sign) || isR && stem.dropLast().last.map(isSign) ?? false
    }

    private static func isSign(_ byte: UInt8) -> Bool { "/._:-#|".utf8.contains(byte) }
}
