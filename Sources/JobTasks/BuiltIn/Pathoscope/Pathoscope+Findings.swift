import JSON
import JobModel
import Sequences

/// A virus of which reads were found, with what speaks for it.
struct VirusFinding {
    let virus: Reference.Virus
    /// How many reads or pairs speak for it most.
    let reads: Double
    /// Of its sequences the one of which reads cover most.
    let best: (sequence: Reference.Placed, breadth: Double, depth: Double)
    let verdict: FindingVerdict
}

extension Pathoscope {
    /// The viruses of which reads were found, the surest first.
    var findings: [VirusFinding] {
        let hits = Dictionary(grouping: result.hits) { ExactText(sequence($0.reference).virus.id) }
        let found = hits.values.compactMap { hits -> VirusFinding? in
            guard let best = hits.max(by: { $0.coverage < $1.coverage }) else { return nil }
            let reads = hits.reduce(0) { $0 + $1.final.reads }
            let sequence = sequence(best.reference)
            return VirusFinding(
                virus: sequence.virus,
                reads: reads,
                best: (sequence, best.coverage, best.depth),
                verdict: thresholds.verdict(
                    reads: reads,
                    breadth: best.coverage,
                    depth: best.depth
                )
            )
        }
        let order = FindingVerdict.Certainty.allCases
        func rank(_ finding: VirusFinding) -> (Int, Double, String) {
            let place = order.firstIndex(of: finding.verdict.certainty) ?? order.count
            return (place, -finding.reads, finding.virus.id)
        }
        return found.sorted { rank($0) < rank($1) }
    }

    /// How many reads or pairs the sample has.
    var sampleReads: Int { inputs.readCount / inputs.readNames.count }

    func describe(_ finding: VirusFinding) -> JSONValue {
        let (sequence, breadth, depth) = finding.best
        return [
            "virus": finding.virus.summary,
            "verdict": .string(finding.verdict.certainty.rawValue),
            "reasons": .array(
                finding.verdict.reasons.map { reason in
                    ["code": .string(reason.rawValue), "text": .string(say(reason, of: finding))]
                }
            ),
            "reads": .number(finding.reads),
            "share": .number(finding.reads / Double(max(sampleReads, 1))),
            "breadth": .number(breadth),
            "depth": .number(depth),
            "sequence": .string(sequence.sequence.id),
            "isolate": sequence.isolate.summary,
        ]
    }

    /// A reason in words, for those who have to sign a report.
    private func say(_ reason: FindingVerdict.Reason, of finding: VirusFinding) -> String {
        let (_, breadth, depth) = finding.best
        let reads = finding.reads == 1 ? "1 read" : "\(Wording.short(finding.reads)) reads"
        let part = Wording.percent(breadth)
        switch reason {
        case .supported:
            return "\(reads) lie on \(part) of a sequence"
        case .fewReads:
            return
                "\(reads), fewer than \(Wording.short(thresholds.reads)): perhaps a contamination"
        case .narrow:
            return "reads lie on \(part) of the sequence, less than "
                + "\(Wording.percent(thresholds.weakBreadth)): perhaps a contamination"
        case .partial:
            return "reads lie on \(part) of the sequence, less than "
                + Wording.percent(thresholds.foundBreadth)
        case .piledUp:
            let expected = Wording.percent(FindingThresholds.expectedBreadth(depth: depth))
            return "reads pile up on \(part) of the sequence, where as many would lie on "
                + "\(expected): of low complexity, or like the host"
        }
    }
}

// MARK: - Thresholds

extension FindingThresholds {
    /// The arguments that set them.
    static let arguments = [
        ArgumentDescription(
            name: "least_reads",
            type: .integer,
            description: "A virus for which fewer reads or pairs speak is a weak finding",
            defaultValue: 10,
            minimum: 1,
            maximum: 1e9
        ),
        ArgumentDescription(
            name: "weak_breadth",
            type: .number,
            description:
                "So is one of whose best covered sequence reads cover less than this share",
            defaultValue: 0.2,
            minimum: 0,
            maximum: 1
        ),
        ArgumentDescription(
            name: "found_breadth",
            type: .number,
            description: "From this share on it is found; below, it is uncertain",
            defaultValue: 0.5,
            minimum: 0,
            maximum: 1
        ),
    ]

    /// Reads them.
    ///
    /// - Parameter args: The job's arguments; what is missing has its default value.
    /// - Throws: That they contradict each other.
    init(_ args: JSONObject) throws(TaskFailure) {
        let values = Self.arguments.map {
            (args[$0.name] ?? $0.defaultValue)?.numberValue ?? 0
        }
        guard values[1] <= values[2] else {
            throw .task(
                "args.weak_breadth: is \(values[1]), more than args.found_breadth, \(values[2])"
            )
        }
        self.init(reads: values[0], weakBreadth: values[1], foundBreadth: values[2])
    }

    var document: JSONValue {
        [
            "least_reads": .number(reads), "weak_breadth": .number(weakBreadth),
            "found_breadth": .number(foundBreadth),
        ]
    }
}
