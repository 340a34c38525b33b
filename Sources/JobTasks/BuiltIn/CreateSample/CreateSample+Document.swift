import JSON
import JobModel
import Sequences

extension CreateSample {
    /// The sample as its record and the job's result describe it.
    ///
    /// - Throws: That the finished folder cannot be read.
    func makeDocument() throws(TaskFailure) -> JSONObject {
        guard let quality, let trimming else { preconditionFailure("the stages run in order") }
        return [
            "id": .string(sampleID),
            "name": .string(sampleName),
            "paired": .bool(isPaired),
            "subtraction": context.inputs[.host].map { .string($0.key.id) } ?? .null,
            "raw_files": .array(rawPaths.map { .string($0) }),
            "files": try context.listing(of: folder),
            "trimming": .object(trimming.plan.document),
            "trimmed": .object(trimming.outcome.document),
            "warnings": .array(warnings.map { .string($0) }),
            "quality": .object(quality.document),
            "tools": .object(versions),
            "program": .string(Program.title),
        ]
    }
}

extension ReadQuality {
    /// The statistics as samples have always been described.
    fileprivate var document: JSONObject {
        func numbers(_ row: [Double]) -> JSONValue {
            // Three decimals are more than any plot shows, and half the size of all.
            .array(row.map { .number(($0 * 1000).rounded(.toNearestOrEven) / 1000) })
        }
        return [
            "count": .integer(count),
            "encoding": .string(encoding.rawValue),
            "length": [.integer(length.lowerBound), .integer(length.upperBound)],
            "gc": .number(gc),
            "bases": .array(bases.map { numbers($0.numbers) }),
            "composition": .array(composition.map { numbers($0.numbers) }),
            "sequences": .array(sequences.map { .integer($0) }),
        ]
    }
}
