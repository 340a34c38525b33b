import Foundation
import JSON
import JobModel
import TestSupport
import Testing

@Suite(
    "A result that no store holds, through a whole server",
    .serialized,
    .timeLimit(.minutes(10))
)
struct LargeResultTests {
    private static let count = 20_000

    /// A document of so many findings has more than MongoDB takes, and more than a line of a journal.
    @Test(
        "20,000 viruses are found, kept, shown and removed",
        .enabled(if: WholeWayTests.haveTools),
        arguments: WholeWayTests.Store.allCases
    )
    func thousands(store: WholeWayTests.Store) async throws {
        guard let options = try WholeWayTests.options(store) else { return }
        let folder = try DataFolder()
        try Self.writeData(in: folder)
        let server = try await ServerProcess.start(folder.url, options: options)
        let client = try await Client.connect(to: server)
        try await client.subscribe()
        let fasta = folder.file("many.fa").path
        let imported = try await CommandRun.jobsync("data", "import-reference", fasta, on: server)
        #expect(imported.status == 0, "\(imported.errors)")
        _ = try await run("rebuild_index", [:], id: "index", client)
        let sample: JSONObject = ["_id": "leaf", "name": "Leaf", "files": ["many.fq"]]
        _ = try await run("create_sample", sample, id: "sample", client)
        let args: JSONObject = ["sample_id": "leaf", "least_reads": 1]
        let result = try await run("pathoscope_bowtie", args, id: "large", client)
        #expect(result["read_count"] == .integer(Self.count))
        #expect(result["diagnosis"] == nil)
        #expect(
            result["omitted"]?["members"]
                == ["diagnosis": .integer(Self.count), "findings": .integer(Self.count)]
        )
        let listed = try await client.call("data.list", ["kind": "analysis"])
        #expect(listed["records"]?.arrayValue?.first?["_id"] == "large")
        #expect(listed.encoded.count < 10_000)

        let document = try await client.call("data.show", ["kind": "analysis", "_id": "large"])
        let whole = try #require(document["document"])
        #expect(whole.encoded.count > 8 << 20)
        let findings = try #require(whole["findings"]?.arrayValue)
        #expect(findings.count == Self.count)
        #expect(findings.allSatisfy { $0["verdict"] == "found" && $0["reads"] == 1 })
        #expect(Set(findings.map { $0["virus"]?["id"]?.stringValue }).count == Self.count)
        let shown = try await CommandRun.jobsync("show", "large", on: server)
        #expect(shown.lines.contains("\(Wording.count(Self.count)) viruses found"))
        #expect(shown.lines.contains("and \(Wording.count(Self.count - 50)) more (--json)"))
        let removed = try await CommandRun.jobsync(
            "data",
            "analyses",
            "remove",
            "large",
            on: server
        )
        #expect(removed.status == 0, "\(removed.errors)")
        #expect(!folder.exists("analyses/large"))
        await server.end(SIGTERM)
    }

    private func run(
        _ task: String,
        _ args: JSONObject,
        id: JobID,
        _ client: Client
    ) async throws -> JSONValue {
        try await WholeWayTests().run(task, args, id: id, client)
    }

    /// Viruses of random bases, as short as reads can tell apart, and a read of each.
    private static func writeData(in folder: DataFolder) throws {
        var generator = SeededGenerator(seed: 20)
        var fasta = ""
        var fastq = ""
        let quality = String(repeating: "I", count: 50)
        for number in 0..<count {
            let bases = String((0..<60).map { _ in "ACGT".randomElement(using: &generator) ?? "A" })
            fasta += ">V\(number) Virus number \(number)\n\(bases)\n"
            fastq += "@r\(number)\n\(bases.dropFirst(5).prefix(50))\n+\n\(quality)\n"
        }
        try fasta.write(to: folder.file("many.fa"), atomically: true, encoding: .utf8)
        try fastq.write(to: folder.file("many.fq"), atomically: true, encoding: .utf8)
    }
}
