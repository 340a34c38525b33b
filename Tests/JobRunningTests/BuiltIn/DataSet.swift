import Foundation
import JSON
import JobModel
import JobRunning
import JobTasks
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// Reads, viruses, a host and profiles that `scripts/make-dataset` makes, and the truth about them.
final class DataSet: Sendable {
    let folder: FilePath
    let truth: JSONValue
    /// The raw reads' paths below the folder.
    let reads: [String]

    var isPaired: Bool { reads.count == 2 }

    static let host = "data/reference/hosts/fasta/synthetic_host.fa"
    static let profiles = "data/hmm/vFam.hmm"

    /// Makes a data set, with challenges as `make-dataset` calls them; the same arguments make the same bytes.
    init(
        seed: Int,
        layout: String,
        healthy: Bool = false,
        fragments: Int? = nil,
        challenges: [String] = []
    ) async throws {
        let root = FilePath(try Self.root.get().path)
        folder = root.appending("\(seed)_\(layout)\(healthy ? "_healthy" : "")")
        let script = FilePath(#filePath).removingLastComponent().removingLastComponent()
            .removingLastComponent().removingLastComponent().appending("scripts/make-dataset")
        var arguments = [script.string, folder.string, "--seed", "\(seed)", "--layout", layout]
        if healthy { arguments.append("--healthy") }
        if let fragments { arguments += ["--fragments", "\(fragments)"] }
        arguments += challenges
        try await Self.run("python3", arguments)
        truth = try JSONValue(parsing: Files.read(folder.appending("truth.json")))
        reads = try Files.names(in: folder.appending("watch")).sorted().map { "watch/\($0)" }
        let alignments = folder.pushing("data/hmm/vFam.sto").string
        try await Self.run(
            "hmmbuild",
            [
                "--amino", "-o", "/dev/null", folder.pushing(FilePath(Self.profiles)).string,
                alignments,
            ]
        )
    }

    /// The folder of all data sets of this run; it goes with the process.
    static let root = Result { try ScratchFolder() }

    static func run(_ program: String, _ arguments: [String]) async throws {
        let record = try await Subprocess.run(
            .name(program),
            arguments: Arguments(arguments),
            output: .discarded,
            error: .string(limit: 1 << 16)
        )
        guard record.terminationStatus.isSuccess else {
            throw TestFailure(description: "\(program): \(record.standardError)")
        }
    }

    private func documents(_ name: String) throws -> [JSONValue] {
        let file = folder.appending("db").appending("\(name).json")
        return try #require(try JSONValue(parsing: Files.read(file)).arrayValue)
    }

    /// Sequences of the reference as FASTA.
    func fasta(of ids: [String]) throws -> String {
        try documents("sequences").filter { ids.contains($0["_id"]?.stringValue ?? "") }
            .map { ">\($0["_id"]?.stringValue ?? "")\n\($0["sequence"]?.stringValue ?? "")\n" }
            .joined()
    }

    /// The `reference.json` that an import makes of the data set's documents.
    func reference() throws -> JSONObject {
        let sequences = Dictionary(grouping: try documents("sequences")) {
            $0["isolate_id"]?.stringValue ?? ""
        }
        let history = try documents("history")
        let viruses = try documents("viruses").map { virus -> JSONValue in
            let isolates = (virus["isolates"]?.arrayValue ?? []).map { isolate -> JSONValue in
                let id = isolate["isolate_id"]?.stringValue ?? ""
                let type = isolate["source_type"]?.stringValue ?? ""
                let name = isolate["source_name"]?.stringValue ?? ""
                return [
                    "_id": .string(id), "name": .string("\(type) \(name)"),
                    "default": isolate["default"] ?? .null,
                    "sequences": .array(
                        (sequences[id] ?? []).map { sequence in
                            [
                                "_id": sequence["_id"] ?? .null,
                                "definition": sequence["definition"] ?? .null,
                                "sequence": sequence["sequence"] ?? .null,
                            ]
                        }
                    ),
                ]
            }
            let unbuilt = history.count {
                $0["entry_id"] == virus["_id"] && $0["index"] == "unbuilt"
            }
            return [
                "_id": virus["_id"] ?? .null, "name": virus["name"] ?? .null,
                "abbreviation": virus["abbreviation"] ?? .null,
                "version": virus["_version"] ?? .null,
                "last_indexed_version": virus["last_indexed_version"] ?? .null,
                "unbuilt": .integer(unbuilt), "isolates": .array(isolates),
            ]
        }
        let profiles = try documents("hmm").map { profile -> JSONValue in
            [
                "_id": profile["_id"] ?? .null, "cluster": profile["cluster"] ?? .null,
                "label": profile["label"] ?? .null,
            ]
        }
        return ["viruses": .array(viruses), "hmm": .array(profiles)]
    }
}
