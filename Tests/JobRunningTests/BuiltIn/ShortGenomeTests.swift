import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

/// Viroids, of which few reads are many, and reads that differ much.
@Suite(.serialized, .enabled(if: hasAllTools, "needs the tools of all built-in tasks"))
struct ShortGenomeTests {
    /// The findings of a task in a sample of single reads.
    private func findings(
        _ task: String,
        _ reads: [String],
        args: JSONObject = [:]
    ) async throws -> [JSONValue] {
        let data = try await PreparedData.viroid.value
        let result = try await data.analyse(task, of: reads, args: args)
        return try #require(result["findings"]?.arrayValue)
    }

    /// The first sequence of a virus's default isolate.
    private func sequence(where isWanted: (JSONValue) -> Bool) async throws -> String {
        let viruses = try await PreparedData.viroid.value.set.reference()["viruses"]?.arrayValue
        let wanted = viruses?.first(where: isWanted)
        let virus = try #require(wanted)
        let isolate = virus["isolates"]?.arrayValue?.first { $0["default"] == true }
        return try #require(isolate?["sequences"]?.arrayValue?.first?["sequence"]?.stringValue)
    }

    private func viroid() async throws -> String {
        try await sequence { $0["name"] == "Synthetic viroid" }
    }

    /// Reads of a circle, which begins elsewhere than the reference does: some lie over its origin.
    private func reads(of circle: String, count: Int, length: Int) -> [String] {
        let twice = Array(circle + circle)
        return (0..<count).map { number in
            let start = circle.count * (2 * number + 1) / (2 * count)
            return String(twice[start..<start + length])
        }
    }

    private func codes(_ finding: JSONValue?) -> [JSONValue?] {
        finding?["reasons"]?.arrayValue?.map { $0["code"] } ?? []
    }

    @Test(arguments: ["pathoscope_bowtie", "pathoscope_snap"])
    func fewReadsThatCoverAViroidAreUncertain(task: String) async throws {
        let viroid = try await viroid()
        let reads = reads(of: viroid, count: 8, length: 100)
        let findings = try await findings(task, reads)
        #expect(findings.count == 1)
        #expect(findings.first?["virus"]?["name"] == "Synthetic viroid")
        #expect(findings.first?["verdict"] == "uncertain")
        #expect(codes(findings.first) == ["short_genome"])
        let text = findings.first?["reasons"]?.arrayValue?.first?["text"]?.stringValue ?? ""
        #expect(text.hasSuffix("of a genome of \(viroid.count) bases"), "\(text)")
        #expect(text.contains("reads, fewer than 10, yet they begin in "), "\(text)")
    }

    @Test func whoWantsNoneOfItHasWeakFindings() async throws {
        let reads = reads(of: try await viroid(), count: 8, length: 100)
        let findings = try await findings("pathoscope_bowtie", reads, args: ["short_genome": 0])
        #expect(findings.map { $0["verdict"] } == ["weak"])
        #expect(codes(findings.first) == ["few_reads"])
    }

    /// Copies of few pieces, and one read alone, are still weak.
    @Test(arguments: [(1, 9), (3, 3), (1, 1)])
    func copiesOfAPieceAreWeak(pieces: Int, copies: Int) async throws {
        let some = reads(of: try await viroid(), count: pieces, length: 140)
        let reads = some.flatMap { read in
            // Of a copy the sequencer may read less.
            (0..<copies).map { String(read.dropLast(5 * $0)) }
        }
        let findings = try await findings("pathoscope_bowtie", reads)
        #expect(findings.map { $0["verdict"] } == ["weak"])
        #expect(codes(findings.first).first == "few_reads")
    }

    /// Whatever there is of it, nine reads of a virus of usual length are few.
    @Test func fewReadsOfALongVirusAreWeak() async throws {
        let virus = try await sequence { $0["name"] != "Synthetic viroid" }
        let findings = try await findings(
            "pathoscope_bowtie",
            reads(of: virus, count: 9, length: 100)
        )
        #expect(findings.map { $0["verdict"] } == ["weak"])
        #expect(codes(findings.first).first == "few_reads")
    }

    /// SNAP looked for words of 24 bases, which few reads had, and for seven differences at most.
    @Test(arguments: ["pathoscope_bowtie", "pathoscope_snap"])
    func aStrainOfNineTenthsIsFound(task: String) async throws {
        let data = try await PreparedData.viroid.value
        let (_, facts) = try await data.analyse(task)
        let result = try #require(facts.last?.end).requireResult()
        let present = data.set.truth["samples"]?.arrayValue?.first?["present"]?.arrayValue ?? []
        let planted = try #require(present.first { $0["challenge"] == "strain" })
        let findings = try #require(result["findings"]?.arrayValue)
        let finding = try #require(
            findings.first { $0["virus"]?["id"] == planted["virus_id"] }
        )
        #expect(finding["verdict"] == "found")
        let reads = finding["reads"]?.numberValue ?? 0
        #expect(reads >= 0.85 * (planted["fragments"]?.numberValue ?? .infinity))
        let ids = Set(present.map { $0["virus_id"] })
        #expect(findings.allSatisfy { ids.contains($0["virus"]?["id"]) })
    }
}
