import JSON
import JobModel
import Sequences

/// The sequences of other viruses that are the same, letter for letter, as one that reads lie on.
///
/// Of such no aligner can tell which is there: one gives all reads to the first, another shares them.
struct SequenceTwins {
    /// A sequence that reads lie on, and one of another virus.
    struct Pair {
        let own: Reference.Placed
        let other: Reference.Placed
    }

    private var pairs: [ExactText: [Pair]] = [:]

    /// Looks for them.
    ///
    /// - Parameters:
    ///   - sequences: Those that reads lie on.
    ///   - reference: All that there are.
    init(of sequences: [Reference.Placed], in reference: Reference) {
        var own: [[UInt8]: [Reference.Placed]] = [:]
        for placed in sequences { own[Self.letters(placed), default: []].append(placed) }
        // Most have another length, and need not be compared.
        let lengths = Set(own.keys.map(\.count))
        for other in reference.placedSequences where lengths.contains(other.sequence.sequence.count)
        {
            for placed in own[Self.letters(other)] ?? []
            where ExactText(placed.virus.id) != ExactText(other.virus.id) {
                pairs[ExactText(placed.virus.id), default: []].append(
                    Pair(own: placed, other: other)
                )
            }
        }
    }

    /// The pairs of a virus.
    func pairs(of virus: Reference.Virus) -> [Pair] { pairs[ExactText(virus.id)] ?? [] }

    /// Case, and whether it is written as RNA, makes no other sequence.
    private static func letters(_ placed: Reference.Placed) -> [UInt8] {
        placed.sequence.sequence.map { Nucleotides.normalized($0) ?? $0 }
    }
}

extension SequenceTwins.Pair {
    /// What a finding says of it.
    var document: JSONValue {
        [
            "sequence": .string(own.sequence.id), "id": .string(other.sequence.id),
            "virus": other.virus.summary, "isolate": other.isolate.summary,
        ]
    }

    /// A sentence for those who have to sign a report.
    var words: String {
        "the sequence \(own.sequence.id) is the same, letter for letter, as \(other.sequence.id) of "
            + "\(other.virus.name): reads cannot tell which of the two viruses is there"
    }
}
