import JSON
import JobModel
import Sequences

extension Pathoscope {
    /// The analysis as its record and the job's result describe it.
    func makeDocument() -> JSONObject {
        var document = inputs.document(of: context.task, id: context.id.rawValue)
        document["sample_reads"] = .integer(sampleReads)
        document["read_count"] = .integer(result.readCount)
        document["candidate_count"] = .integer(candidates.count)
        document["subtracted_count"] = .integer(subtractedCount)
        document["thresholds"] = thresholds.document
        let twins = twins
        document["findings"] = .array(findings.map { describe($0, twins) })
        document["diagnosis"] = .array(result.hits.map { .object(describe($0)) })
        document["tools"] = .object(versions)
        return document
    }

    private func describe(_ hit: PathoscopeResult.Hit) -> JSONObject {
        let found = sequence(hit.reference)
        let share = hit.final.document
        return [
            "id": .string(found.sequence.id),
            "definition": .string(found.sequence.definition),
            "length": .integer(found.sequence.sequence.count),
            "virus": found.virus.summary,
            "isolate": found.isolate.summary,
            "pi": share["pi"] ?? .null,
            "best": share["best"] ?? .null,
            "reads": share["reads"] ?? .null,
            "initial": .object(hit.initial.document),
            "coverage": .number(hit.coverage),
            "depth": .number(hit.depth),
            // Two decimals are more than any plot shows.
            "depths": .array(
                hit.depths.map { .number(($0 * 100).rounded(.toNearestOrEven) / 100) }
            ),
        ]
    }
}

extension PathoscopeResult.Share {
    fileprivate var document: JSONObject {
        ["pi": .number(pi), "best": .number(best), "reads": .number(reads)]
    }
}
