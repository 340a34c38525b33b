import JSON

extension ReferenceImport {
    /// So many pairs of viruses are named.
    private static let mostWarnings = 20

    /// What whoever brought the reference along should know: which viruses have the same sequence.
    var warnings: [String] {
        var first: [String: (virus: Int, id: String)] = [:]
        var warnings: [String] = []
        var more = 0
        for (place, virus) in viruses.enumerated() {
            for sequence in virus.isolates.flatMap(\.sequences) {
                guard let other = first[sequence.sequence] else {
                    first[sequence.sequence] = (place, sequence.id)
                    continue
                }
                // Two isolates of a virus may well have the same.
                guard other.virus != place else { continue }
                guard warnings.count < Self.mostWarnings else {
                    more += 1
                    continue
                }
                warnings.append(
                    "\(other.id) of \(viruses[other.virus].name) and \(sequence.id) of \(virus.name) are the same, "
                        + "letter for letter: reads cannot tell these viruses apart"
                )
            }
        }
        if more > 0 {
            warnings.append("and \(more) more sequences are the same as another virus's")
        }
        return warnings
    }
}
