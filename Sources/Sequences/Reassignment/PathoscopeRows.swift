/// The matrix in rows: for each read the references that it fits, each once with its best score.
///
/// Reads and references stand in the order of their names' bytes, so that every sum is formed in the
/// same order and has the same bits, whatever the order in which an aligner's threads wrote.
struct PathoscopeRows: Sendable {
    /// The numbers of the references that are left, in the order of their names.
    private(set) var references: [Int] = []
    /// For each row the first of its entries; one more than rows.
    private(set) var starts: [Int] = [0]
    /// For each entry the place of its reference in `references`.
    private(set) var columns: [Int32] = []
    /// For each entry the best score.
    private(set) var scores: [Int32] = []
    /// For each row the first of its alignments; one more than rows.
    private(set) var alignmentStarts: [Int] = [0]
    /// All alignments in the order of rows; `reference` is the entry's place in its row.
    private(set) var alignments: [PathoscopeMatrix.Alignment] = []

    var count: Int { starts.count - 1 }

    init(_ matrix: PathoscopeMatrix, names: [String]) {
        let kept = matrix.alignments.filter { !matrix.isSubtracted[Int($0.read)] }
        let places = rankReferences(of: kept, names: names)
        let (order, offsets) = Self.group(kept, reads: matrix.reads.count)
        // For each reference the entry that it has in the row at hand.
        var entries = [Int](repeating: -1, count: references.count)
        alignments.reserveCapacity(kept.count)
        columns.reserveCapacity(kept.count)
        scores.reserveCapacity(kept.count)
        for read in matrix.reads.sorted() {
            let row = order[offsets[read]..<offsets[read + 1]]
            guard !row.isEmpty else { continue }
            addRow(row, of: kept, places: places, &entries)
        }
    }

    /// Numbers the references that occur, in the order of their names.
    private mutating func rankReferences(
        of alignments: [PathoscopeMatrix.Alignment],
        names: [String]
    ) -> [Int32] {
        var occurs = [Bool](repeating: false, count: names.count)
        for alignment in alignments { occurs[Int(alignment.reference)] = true }
        references = names.indices.filter { occurs[$0] }
            .sorted { names[$0].utf8.lexicographicallyPrecedes(names[$1].utf8) }
        var places = [Int32](repeating: -1, count: names.count)
        for (place, reference) in references.enumerated() { places[reference] = Int32(place) }
        return places
    }

    /// Sorts alignments by their reads, by counting; those of a read stay in their order.
    private static func group(
        _ alignments: [PathoscopeMatrix.Alignment],
        reads: Int
    ) -> (order: [Int32], offsets: [Int]) {
        var offsets = [Int](repeating: 0, count: reads + 1)
        for alignment in alignments { offsets[Int(alignment.read) + 1] += 1 }
        for read in 0..<reads { offsets[read + 1] += offsets[read] }
        var next = offsets
        var order = [Int32](repeating: 0, count: alignments.count)
        for (index, alignment) in alignments.enumerated() {
            order[next[Int(alignment.read)]] = Int32(index)
            next[Int(alignment.read)] += 1
        }
        return (order, offsets)
    }

    private mutating func addRow(
        _ row: ArraySlice<Int32>,
        of kept: [PathoscopeMatrix.Alignment],
        places: [Int32],
        _ entries: inout [Int]
    ) {
        let start = columns.count
        for index in row {
            let column = places[Int(kept[Int(index)].reference)]
            if entries[Int(column)] < 0 {
                entries[Int(column)] = 0
                columns.append(column)
            }
        }
        columns[start...].sort()
        for entry in start..<columns.count {
            entries[Int(columns[entry])] = entry
            scores.append(.min)
        }
        for index in row {
            var alignment = kept[Int(index)]
            let entry = entries[Int(places[Int(alignment.reference)])]
            scores[entry] = max(scores[entry], alignment.score)
            alignment.reference = Int32(entry - start)
            alignments.append(alignment)
        }
        for entry in start..<columns.count { entries[Int(columns[entry])] = -1 }
        starts.append(columns.count)
        alignmentStarts.append(alignments.count)
    }
}
