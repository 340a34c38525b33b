import Crypto
import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

@Suite(.enabled(if: hasAllTools, "needs the tools of all built-in tasks"))
struct RebuildIndexTests {
    @Test(arguments: ["paired", "single"])
    func theDefaultIsolatesAreIndexed(layout: String) async throws {
        let data = try await PreparedData.of(layout)
        let result = try #require(data.ends["rebuild_index"]).requireResult()
        let truth = try #require(data.set.truth["index"])
        #expect(result["reference"] == "viruses")
        #expect(result["version"] == 1)
        #expect(result["virus_count"] == truth["virus_count"])
        #expect(result["modified_virus_count"] == truth["modified_virus_count"])
        #expect(result["modification_count"] == truth["modification_count"])
        #expect(result["sequence_count"] == truth["default_sequences"])
        #expect(result["tools"]?["bowtie2-build"]?.stringValue?.hasPrefix("2.") == true)

        let folder = data.bench.folders.data.pushing("indexes/viruses.1")
        let fasta = try Files.read(folder.appending("ref.fa"))
        let sum = SHA256.hash(data: fasta).map {
            ($0 < 16 ? "0" : "") + String($0, radix: 16)
        }.joined()
        #expect(.string(sum) == truth["default_sha256"])
        let names = Set(try Files.names(in: folder))
        #expect(
            names.isSuperset(of: [
                "reference.1.bt2", "reference.2.bt2", "reference.3.bt2", "reference.4.bt2",
                "reference.rev.1.bt2", "reference.rev.2.bt2", "Genome", "GenomeIndex",
                "GenomeIndexHash", "reference.json", "record.json",
            ])
        )
        let record = try #require(data.inputs[.index])
        #expect(record.name == "Viruses, version 1")
        #expect(record.uses.map(\.description) == ["reference viruses"])
        #expect(!data.bench.exists("work/rebuild_index"))
    }

    /// A job with this reference, whose newest index is `newest`.
    private func rebuild(
        _ reference: JSONValue,
        since newest: DataRecord? = nil
    ) async throws -> (Bench, JobEnd) {
        let bench = try Bench()
        try bench.write("\(reference)", to: "references/viruses/reference.json")
        if let newest {
            try Files.makeFolder(bench.folders.data.pushing(FilePath(newest.key.path)))
        }
        var order = try bench.order("rebuild_index", args: ["reference": "viruses"])
        order.inputs[.reference] = DataRecord(
            key: try #require(DataKey(.reference, "viruses")),
            name: "Viruses",
            username: "tester",
            created: .present
        )
        order.inputs[.index] = newest
        let runner = bench.makeRunner()
        await runner.start(order)
        return (bench, try await runner.end())
    }

    private static let bases = String(repeating: "ACGTTGCAAGCTCGATGCATTAGC", count: 20)

    private func virus(
        _ id: String,
        version: Int,
        sequence: JSONValue = .string(bases),
        isDefault: Bool = true
    ) -> JSONValue {
        [
            "_id": .string(id), "name": .string("Virus \(id)"), "version": .integer(version),
            "isolates": [
                [
                    "_id": .string("i\(id)"), "name": "isolate 1", "default": .bool(isDefault),
                    "sequences": [["_id": .string("s\(id)"), "sequence": sequence]],
                ]
            ],
        ]
    }

    /// What has changed is told by comparison with the newest index.
    @Test func theNextVersionKnowsWhatHasChanged() async throws {
        let newest = DataRecord(
            key: try #require(DataKey(.index, "viruses.4")),
            name: "Viruses, version 4",
            username: "tester",
            created: .present,
            document: ["version": 4, "manifest": ["a": 1, "b": 2, "gone": 7]]
        )
        let reference: JSONValue = [
            "viruses": [
                virus("a", version: 1), virus("b", version: 5), virus("new", version: 0),
            ]
        ]
        let (bench, end) = try await rebuild(reference, since: newest)
        let result = try end.requireResult()
        #expect(result["version"] == 5)
        #expect(result["modified_virus_count"] == 2)
        #expect(result["modification_count"] == 4)
        #expect(result["manifest"] == ["a": 1, "b": 5, "new": 0])
        #expect(bench.exists("indexes/viruses.5/record.json"))
        #expect(bench.exists("indexes/viruses.4"))
    }

    @Test func whatCannotBeIndexedIsRefused() async throws {
        let cases: [(JSONValue, String)] = [
            (["viruses": []], "there are no viruses in it"),
            (
                ["viruses": [virus("a", version: 0, sequence: "")]],
                "the sequence sa of Virus a is empty"
            ),
            (
                ["viruses": [virus("a", version: 0, sequence: "ACGT\r\nAC")]],
                "the sequence sa of Virus a holds something else than letters"
            ),
            (
                ["viruses": [virus("a", version: 0), virus("a", version: 0)]],
                "two sequences have the id sa"
            ),
            (
                ["viruses": [virus("a", version: 0, isDefault: false)]],
                "the virus Virus a has no default isolate with a sequence"
            ),
        ]
        for (reference, message) in cases {
            let (bench, end) = try await rebuild(reference)
            #expect(end.state == .error)
            #expect(end.error?.message.hasSuffix(message) == true, "\(end.error?.message ?? "")")
            #expect(!bench.exists("indexes"))
            #expect(!bench.exists("work/job1"))
        }
    }

    @Test func aReferenceThatIsGoneIsMissed() async throws {
        let (bench, end) = try await rebuild(["viruses": []])
        #expect(end.state == .error)
        try Files.remove(bench.folders.data.pushing("references"))
        var order = try bench.order("rebuild_index", id: "job2", args: ["reference": "viruses"])
        order.inputs[.reference] = DataRecord(
            key: try #require(DataKey(.reference, "viruses")),
            name: "Viruses",
            username: "tester",
            created: .present
        )
        let runner = bench.makeRunner()
        await runner.start(order)
        #expect(
            try await runner.end().error?.message
                == "the reference viruses is gone: there is no folder references/viruses"
        )
    }
}
