/// How many reads cover each base of the references.
struct PathoscopeDepths {
    /// How many parts are told of a reference.
    private static let maximumParts = 200

    /// For each reference the changes of depth from base to base; one more than bases.
    private var changes: [[Int]]

    init(_ rows: PathoscopeRows, lengths: [Int]) {
        changes = lengths.map { [Int](repeating: 0, count: $0 + 1) }
    }

    /// Takes in the alignments of reads with the references that got a share of them.
    ///
    /// - Parameters:
    ///   - rows: The alignments.
    ///   - shares: For each entry the read's share that the reference got.
    mutating func add(_ rows: PathoscopeRows, shares: [Double]) {
        for row in 0..<rows.count {
            let start = rows.starts[row]
            for alignment in rows.alignments[
                rows.alignmentStarts[row]..<rows.alignmentStarts[row + 1]
            ] {
                let entry = start + Int(alignment.reference)
                guard shares[entry] >= PathoscopeBestHits.lowShare else { continue }
                let reference = Int(rows.columns[entry])
                let length = changes[reference].count - 1
                // Alignments may hang over an end.
                let first = min(max(Int(alignment.position), 0), length)
                let end = min(max(Int(alignment.position) + Int(alignment.span), first), length)
                changes[reference][first] += 1
                changes[reference][end] -= 1
            }
        }
    }

    /// Sums up one reference.
    ///
    /// - Parameter reference: Its place.
    /// - Returns: The share of its bases that are covered, the mean depth, and that of its parts.
    func depth(of reference: Int) -> (coverage: Double, mean: Double, parts: [Double]) {
        let length = changes[reference].count - 1
        guard length > 0 else { return (0, 0, []) }
        let count = min(Self.maximumParts, length)
        var parts: [Double] = []
        var depth = 0
        var covered = 0
        var total = 0
        for part in 0..<count {
            let bases = part * length / count..<(part + 1) * length / count
            var sum = 0
            for base in bases {
                depth += changes[reference][base]
                sum += depth
                if depth > 0 { covered += 1 }
            }
            total += sum
            parts.append(Double(sum) / Double(bases.count))
        }
        return (Double(covered) / Double(length), Double(total) / Double(length), parts)
    }
}
