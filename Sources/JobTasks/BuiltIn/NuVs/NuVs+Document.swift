import JSON
import JobModel
import Sequences

extension NuVs {
    /// The analysis as its record and the job's result describe it.
    func makeDocument() -> JSONObject {
        var document = inputs.document(of: context.task, id: context.id.rawValue)
        document["read_count"] = .integer(readCount)
        document["contig_count"] = .integer(contigCount)
        let thresholds = ContigVerdict.Thresholds(context.args)
        let contigs = makeContigs(thresholds)
        document["verdicts"] = .object(
            JSONObject(
                uniqueKeysWithValues: ContigVerdict.allCases.map { verdict in
                    let name = JSONValue.string(verdict.rawValue)
                    return (
                        verdict.rawValue, .integer(contigs.count { $0["verdict"] == name })
                    )
                }
            )
        )
        document["thresholds"] = .object(thresholds.document)
        document["contigs"] = .array(contigs)
        document["other_contig_count"] = .integer(otherCount)
        document["other_contigs"] = .array(
            compared.filter { $0.coding == nil }.map { .object($0.document(thresholds)) }
        )
        document["tools"] = .object(versions)
        return document
    }

    private func makeContigs(_ thresholds: ContigVerdict.Thresholds) -> [JSONValue] {
        let hits = Dictionary(grouping: hits, by: \.query)
        let families = Dictionary(
            inputs.viruses.profiles.map { ($0.cluster, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        return compared.compactMap { compared in
            guard let contig = compared.coding else { return nil }
            let frames = contig.frames.enumerated().map { number, frame -> JSONValue in
                let own = hits[contig.name(of: number)] ?? []
                var document = frame.document(index: number)
                document["hits"] = .array(own.map { .object($0.document(families: families)) })
                return .object(document)
            }
            var document: JSONObject = ["index": .integer(contig.index)]
            document.merge(compared.document(thresholds)) { $1 }
            document["orfs"] = .array(frames)
            return .object(document)
        }
    }
}

extension ComparedContig {
    fileprivate func document(_ thresholds: ContigVerdict.Thresholds) -> JSONObject {
        [
            "length": .integer(sequence.count),
            "verdict": .string(ContigVerdict(nearest, thresholds).rawValue),
            "nearest": nearest.map { .object($0.document) } ?? .null,
            "reads": .integer(reads),
            "depth": .number(depth.rounded(toPlaces: 2)),
            "sequence": .string(String(decoding: sequence, as: UTF8.self)),
        ]
    }
}

extension OpenReadingFrame {
    fileprivate func document(index: Int) -> JSONObject {
        [
            "index": .integer(index),
            "frame": .integer(frame),
            "strand": .integer(strand.rawValue),
            "pos": [.integer(position.lowerBound), .integer(position.upperBound)],
            "pro": .string(String(decoding: protein, as: UTF8.self)),
            "nuc": .string(String(decoding: nucleotides, as: UTF8.self)),
        ]
    }
}

extension HMMERHit {
    /// The number at the end of the profile's name, as in `vFam_11`.
    private var cluster: Int? {
        profile.lastIndex(of: "_").flatMap { Int(profile[profile.index(after: $0)...]) }
    }

    fileprivate func document(families: [Int: Reference.Profile]) -> JSONObject {
        let family = cluster.flatMap { families[$0] }
        return [
            "profile": .string(profile),
            "cluster": cluster.map { .integer($0) } ?? .null,
            "id": family.map { .string($0.id) } ?? .null,
            "label": family.map { .string($0.label) } ?? .null,
            "full_e": .number(fullE),
            "full_score": .number(fullScore),
            "full_bias": .number(fullBias),
            "best_e": .number(bestE),
            "best_score": .number(bestScore),
            "best_bias": .number(bestBias),
        ]
    }
}
