import JSON
import Sequences
import SystemPackage

extension AddHost {
    /// The host as its `host.json` and the job's result describe it.
    ///
    /// - Throws: That the finished folder cannot be read.
    func makeDocument(
        id: String,
        name: String,
        file: String,
        folder: FilePath,
        statistics: SequenceStatistics,
        tools: JSONObject
    ) throws(TaskFailure) -> JSONObject {
        [
            "id": .string(id),
            "name": .string(name),
            "description": .string(context.args["description"]?.stringValue ?? ""),
            "file": .string(file),
            "count": .integer(statistics.count),
            "lengths": .object(statistics.lengthsDocument),
            "nucleotides": .object(statistics.sharesDocument),
            "nucleotide_counts": .object(statistics.countsDocument),
            "index": try context.listing(of: folder),
            "tools": .object(tools),
        ]
    }
}

extension SequenceStatistics {
    fileprivate var lengthsDocument: JSONObject {
        [
            "total": .integer(totalLength),
            "mean": .integer(Int(meanLength.rounded(.toNearestOrEven))),
            "max": .integer(maximumLength),
            "min": .integer(minimumLength),
        ]
    }

    /// Shares of the total length to three decimals, as hosts have always been described.
    fileprivate var sharesDocument: JSONObject {
        func share(_ count: Int) -> JSONValue {
            let exact = Double(count) / Double(max(totalLength, 1))
            return .number((exact * 1000).rounded(.toNearestOrEven) / 1000)
        }
        return [
            "a": share(nucleotides.a), "t": share(nucleotides.t), "g": share(nucleotides.g),
            "c": share(nucleotides.c), "n": share(nucleotides.n),
        ]
    }

    fileprivate var countsDocument: JSONObject {
        [
            "a": .integer(nucleotides.a), "t": .integer(nucleotides.t),
            "g": .integer(nucleotides.g), "c": .integer(nucleotides.c),
            "n": .integer(nucleotides.n), "other": .integer(nucleotides.other),
        ]
    }
}
