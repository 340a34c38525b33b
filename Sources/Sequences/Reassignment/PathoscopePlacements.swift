/// In how many places of each reference reads begin.
///
/// Copies of one piece, which amplification makes, begin in the same place and say no more than one of them.
struct PathoscopePlacements {
    /// More are not counted: who has so many needs no more.
    private static let most = 100

    /// For each reference how many reads, or pairs, begin where none before them did.
    private(set) var counts: [Int]

    /// Counts them.
    ///
    /// - Parameters:
    ///   - rows: The alignments.
    ///   - shares: For each entry the read's share that the reference got.
    init(_ rows: PathoscopeRows, shares: [Double]) {
        counts = [Int](repeating: 0, count: rows.references.count)
        var known = [Set<ReadStart>](repeating: [], count: counts.count)
        for row in 0..<rows.count {
            let alignments = rows.alignments[
                rows.alignmentStarts[row]..<rows.alignmentStarts[row + 1]
            ]
            for entry in rows.starts[row]..<rows.starts[row + 1]
            where shares[entry] >= PathoscopeBestHits.lowShare {
                let reference = Int(rows.columns[entry])
                guard counts[reference] < Self.most else { continue }
                let place = Int32(entry - rows.starts[row])
                let starts = alignments.filter { $0.reference == place }.map(\.start)
                // Of mates, and of a read that fits twice, all must be new: one may have been cut or lost in a copy.
                guard known[reference].isDisjoint(with: starts) else { continue }
                known[reference].formUnion(starts)
                counts[reference] += 1
            }
        }
    }
}
