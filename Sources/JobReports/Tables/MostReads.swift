import JSON

/// Of a virus, the most reads that any sample has, and any other sample than that.
struct MostReads {
    /// What a sample has of a virus.
    struct Holder {
        let sample: ExactText
        let name: String
        let reads: Double
    }

    private var first: Holder?
    private var second: Holder?

    /// Takes a finding in.
    mutating func add(_ holder: Holder) {
        guard holder.reads > second?.reads ?? 0 else { return }
        guard holder.reads > first?.reads ?? 0 else {
            if holder.sample != first?.sample { second = holder }
            return
        }
        if holder.sample != first?.sample { second = first }
        first = holder
    }

    /// Who has most of it besides a sample.
    func holder(besides sample: ExactText) -> Holder? {
        first?.sample == sample ? second : first
    }
}

extension FindingsTable {
    /// A finding that has at most this share of the reads that another sample has may have come from there.
    ///
    /// Where 0.1 % of all reads of a run go astray among eight samples, each gets about 0.014 % of what one has.
    static let strayShare = 0.001

    /// Where a finding's reads may have come from.
    struct Stray {
        let source: MostReads.Holder
        /// How many reads the finding has for each of the source's.
        let share: Double

        /// Whether it is so small that they may have strayed.
        var isSuspect: Bool { share <= FindingsTable.strayShare }
    }

    /// The other sample that has more of a finding's virus than any, if that is more than the finding has.
    func stray(_ cell: Cell, of row: Row) -> Stray? {
        guard let reads = cell.finding.reads, reads > 0,
            let source = viruses[cell.virus].most.holder(besides: ExactText(row.sampleID)),
            source.reads > reads
        else { return nil }
        return Stray(source: source, share: reads / source.reads)
    }

    /// The source of a finding that may have strayed.
    func suspect(_ cell: Cell, of row: Row) -> Stray? {
        stray(cell, of: row).flatMap { $0.isSuspect ? $0 : nil }
    }
}
