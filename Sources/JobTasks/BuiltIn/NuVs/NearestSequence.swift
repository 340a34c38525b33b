import JSON
import Sequences

/// The known sequence that is nearest to a contig.
struct NearestSequence {
    let known: Reference.Placed
    /// Which share of the aligned letters is identical.
    let identity: Double
    /// Which share of the contig is aligned.
    let coverage: Double

    var document: JSONObject {
        [
            "id": .string(known.sequence.id),
            "definition": .string(known.sequence.definition),
            "length": .integer(known.sequence.sequence.count),
            "virus": known.virus.summary,
            "isolate": known.isolate.summary,
            "identity": .number(identity.rounded(toPlaces: 4)),
            "coverage": .number(coverage.rounded(toPlaces: 4)),
        ]
    }

    /// Chooses the known sequence that explains most of a contig.
    ///
    /// - Parameters:
    ///   - hits: The contig's alignments with all known sequences, their subjects being numbers in `known`.
    ///   - length: The contig's length.
    ///   - known: The known sequences.
    /// - Returns: The one with most identical letters, of several the first; nil without alignments.
    static func choose(
        among hits: [BLASTHit],
        length: Int,
        known: [Reference.Placed]
    ) -> NearestSequence? {
        var best: (subject: Int, sum: AlignedParts)?
        let bySubject = Dictionary(grouping: hits, by: \.subject)
        for (name, hits) in bySubject {
            guard let subject = Int(name), known.indices.contains(subject) else { continue }
            let sum = AlignedParts(hits)
            if let best, (best.sum.identical, -best.subject) > (sum.identical, -subject) {
                continue
            }
            best = (subject, sum)
        }
        guard let best, best.sum.aligned > 0, length > 0 else { return nil }
        return NearestSequence(
            known: known[best.subject],
            identity: Double(best.sum.identical) / Double(best.sum.aligned),
            coverage: min(1, Double(best.sum.covered) / Double(length))
        )
    }
}

/// The parts of a contig that are aligned with one sequence; where two lie over each other the better one counts.
private struct AlignedParts {
    private(set) var identical = 0
    private(set) var aligned = 0
    private(set) var covered = 0

    init(_ hits: [BLASTHit]) {
        var parts: [Range<Int>] = []
        let sorted = hits.sorted {
            ($0.score, $1.range.lowerBound) > ($1.score, $0.range.lowerBound)
        }
        for hit in sorted {
            let shared = parts.reduce(0) { $0 + $1.clamped(to: hit.range).count }
            guard 2 * shared < hit.range.count else { continue }
            parts.append(hit.range)
            identical += hit.identical
            aligned += hit.length
        }
        var end = 0
        for part in parts.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            covered += max(0, part.upperBound - max(part.lowerBound, end))
            end = max(end, part.upperBound)
        }
    }
}

extension Double {
    func rounded(toPlaces places: Int) -> Double {
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        return (self * scale).rounded(.toNearestOrEven) / scale
    }
}
