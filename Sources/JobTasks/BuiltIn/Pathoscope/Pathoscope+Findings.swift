import JSON
import JobModel
import Sequences

/// A virus of which reads were found, with what speaks for it.
struct VirusFinding {
    let virus: Reference.Virus
    /// Of its sequences the one of which reads cover most.
    let best: Reference.Placed
    let support: FindingSupport
    let verdict: FindingVerdict

    /// How many reads or pairs speak for it most.
    var reads: Double { support.reads }
}

extension Pathoscope {
    /// The viruses of which reads were found, the surest first.
    var findings: [VirusFinding] {
        let hits = Dictionary(grouping: result.hits) { ExactText(sequence($0.reference).virus.id) }
        let found = hits.values.compactMap { hits -> VirusFinding? in
            guard let best = hits.max(by: { $0.coverage < $1.coverage }) else { return nil }
            let sequence = sequence(best.reference)
            let support = FindingSupport(
                reads: hits.reduce(0) { $0 + $1.final.reads },
                breadth: best.coverage,
                depth: best.depth,
                placements: best.placements,
                genome: sequence.virus.longestGenome
            )
            return VirusFinding(
                virus: sequence.virus,
                best: sequence,
                support: support,
                verdict: thresholds.verdict(on: support, isAmplified: inputs.areAmplified)
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

    /// Of other viruses the sequences that are the same as one that reads lie on.
    var twins: SequenceTwins {
        SequenceTwins(of: result.hits.map { sequence($0.reference) }, in: inputs.viruses)
    }

    /// So many sequences of other viruses are told of that are the same.
    private static let mostTwins = 10

    func describe(_ finding: VirusFinding, _ twins: SequenceTwins) -> JSONValue {
        let twins = twins.pairs(of: finding.virus).prefix(Self.mostTwins)
        var document: JSONObject = [
            "virus": finding.virus.summary,
            "verdict": .string(finding.verdict.certainty.rawValue),
            "reasons": .array(
                finding.verdict.reasons.map { reason in
                    ["code": .string(reason.rawValue), "text": .string(say(reason, of: finding))]
                } + twins.map { ["code": "same_sequence", "text": .string($0.words)] }
            ),
            "reads": .number(finding.reads),
            "share": .number(finding.reads / Double(max(sampleReads, 1))),
            "breadth": .number(finding.support.breadth),
            "depth": .number(finding.support.depth),
            "sequence": .string(finding.best.sequence.id),
            "isolate": finding.best.isolate.summary,
        ]
        if !twins.isEmpty { document["same_as"] = .array(twins.map(\.document)) }
        return .object(document)
    }

    /// A reason in words, for those who have to sign a report.
    private func say(_ reason: FindingVerdict.Reason, of finding: VirusFinding) -> String {
        let support = finding.support
        // Of pairs, which count once, nobody shall read twice as many reads as there are, or half.
        let unit = inputs.readNames.count == 2 ? "pair" : "read"
        let reads = Wording.decimal(finding.reads, unit)
        let part = Wording.percent(support.breadth)
        switch reason {
        case .supported:
            return "\(reads) \(finding.reads == 1 ? "lies" : "lie") on \(part) of a sequence"
        case .fewReads:
            return
                "\(reads), fewer than \(Wording.decimal(thresholds.reads)): perhaps a contamination"
        case .shortGenome:
            return
                "\(reads), fewer than \(Wording.decimal(thresholds.reads)), yet they begin in \(support.placements) places and lie "
                + "on \(part) of a genome of \(support.genome) bases"
        case .narrow:
            return "reads lie on \(part) of the sequence, less than "
                + "\(Wording.percent(thresholds.weakBreadth)): perhaps a contamination"
        case .partial:
            return "reads lie on \(part) of the sequence, less than "
                + Wording.percent(thresholds.foundBreadth)
        case .amplified:
            return
                "\(reads) \(finding.reads == 1 ? "lies" : "lie") on \(part) of the sequence, as those of amplicons do; compare the "
                + "place with that of the primers: another sample's amplicon looks the same"
        case .piledUp:
            let expected = Wording.percent(FindingThresholds.expectedBreadth(depth: support.depth))
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
        ArgumentDescription(
            name: "short_genome",
            type: .integer,
            description:
                "Of a virus of fewer bases, such as a viroid, fewer reads are uncertain and not weak if they cover it; 0 for none",
            defaultValue: 500,
            minimum: 0,
            maximum: 5000
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
        self.init(
            reads: values[0],
            weakBreadth: values[1],
            foundBreadth: values[2],
            shortGenome: Int(exactly: values[3]) ?? 0
        )
    }

    var document: JSONValue {
        [
            "least_reads": .number(reads), "weak_breadth": .number(weakBreadth),
            "found_breadth": .number(foundBreadth), "short_genome": .integer(shortGenome),
        ]
    }
}

extension Reference.Virus {
    /// How many bases its longest isolate has: another may be a part only.
    fileprivate var longestGenome: Int {
        isolates.map { $0.sequences.reduce(0) { $0 + $1.sequence.count } }.max() ?? 0
    }
}
