import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

/// Viruses that have the same sequence, in a reference that was made of several collections for instance.
@Suite(.serialized, .enabled(if: hasAllTools, "needs the tools of all built-in tasks"))
struct SequenceTwinTests {
    private static func virus(_ id: String, _ sequence: String) -> JSONValue {
        [
            "_id": .string(id), "name": .string("Virus \(id)"), "abbreviation": "", "version": 0,
            "isolates": [
                [
                    "_id": .string("i-\(id)"), "name": "isolate", "default": true,
                    "sequences": [
                        [
                            "_id": .string("s-\(id)"), "definition": "genome",
                            "sequence": .string(sequence),
                        ]
                    ],
                ]
            ],
        ]
    }

    private static func record(_ kind: DataKind, _ id: String, in bench: Bench) throws -> DataRecord
    {
        let file = bench.folders.data.pushing(FilePath("\(kind.plural)/\(id)/record.json"))
        return try #require(DataRecord(whole: try JSONValue(parsing: Files.read(file))))
    }

    /// Bowtie shares their reads, SNAP gives all to one: either way whoever signs the report must know.
    @Test(arguments: ["pathoscope_bowtie", "pathoscope_snap"])
    func whoReadsTheFindingKnowsOfTheOther(task: String) async throws {
        let data = try await PreparedData.small.value
        let bench = try data.makeBench()
        let shared = try #require(data.set.truth["nuvs"]?["novel_sequence"]?.stringValue)
        let own = String(shared.reversed())
        let reference: JSONValue = [
            "viruses": [
                Self.virus("a", shared), Self.virus("b", shared.lowercased()), Self.virus("c", own),
            ], "hmm": [],
        ]
        try bench.write("\(reference)", to: "references/twins/reference.json")
        var build = try bench.order("rebuild_index", id: "build", args: ["reference": "twins"])
        let twins = DataRecord(
            key: try #require(DataKey(.reference, "twins")),
            name: "Twins",
            username: "tester",
            created: .present
        )
        build.inputs[.reference] = twins
        let builder = bench.makeRunner()
        await builder.start(build)
        _ = try await builder.end().requireResult()
        let reads =
            AnalysisEdgeTests.reads(of: shared, count: 400, length: 100)
            + AnalysisEdgeTests.reads(of: own, count: 400, length: 100).replacing("@r", with: "@o")
        var order = try data.order(task, in: bench, args: ["reference": "twins"])
        order.inputs = [
            .reference: twins, .index: try Self.record(.index, "twins.1", in: bench),
        ]
        order.inputs[.sample] = try await AnalysisEdgeTests.sample(of: reads, in: bench)
        let runner = bench.makeRunner()
        await runner.start(order)
        let findings = try #require(
            try await runner.end().requireResult()["findings"]?.arrayValue
        )
        var alike: [String: String] = [:]
        for finding in findings {
            let id = finding["virus"]?["id"]?.stringValue ?? ""
            let reasons = finding["reasons"]?.arrayValue ?? []
            alike[id] = reasons.last { $0["code"] == "same_sequence" }?["text"]?.stringValue ?? ""
            let others = finding["same_as"]?.arrayValue?.map { $0["virus"]?["id"] }
            #expect(others == (id == "c" ? nil : [id == "a" ? "b" : "a"]))
        }
        #expect(alike["c"] == "")
        #expect(alike["a"] != nil || alike["b"] != nil)
        let (first, second) = (
            "the same, letter for letter, as s-b of Virus b", "as s-a of Virus a"
        )
        #expect(alike["a"]?.contains(first) != false)
        #expect(alike["b"]?.contains(second) != false)
    }
}
