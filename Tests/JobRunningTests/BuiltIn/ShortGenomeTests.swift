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
        library: String = "normal",
        args: JSONObject = [:]
    ) async throws -> [JSONValue] {
        let data = try await PreparedData.viroid.value
        let bench = try data.makeBench()
        let lines = reads.enumerated().map { number, read in
            "@r\(number)\n\(read)\n+\n\(String(repeating: "I", count: read.count))\n"
        }
        try bench.write(lines.joined(), to: "watch/reads.fastq")
        let maker = bench.makeRunner()
        await maker.start(
            try bench.order(
                "create_sample",
                id: "job0",
                args: [
                    "_id": "made", "name": "Made", "files": ["watch/reads.fastq"],
                    "library_type": .string(library),
                ]
            )
        )
        _ = try await maker.end().requireResult()
        let record = bench.folders.data.pushing("samples/made/record.json")
        var order = try data.order(task, in: bench, args: args)
        order.inputs[.sample] = DataRecord(
            whole: try JSONValue(parsing: Files.read(record))
        )
        order.inputs[.host] = nil
        let runner = bench.makeRunner()
        await runner.start(order)
        let result = try await runner.end().requireResult()
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

    /// Of small RNA one base may differ, if any read has none that does.
    @Test func readsOfSmallRNAMayDifferOnce() async throws {
        let virus = try await sequence { $0["name"] != "Synthetic viroid" }
        let bases = Array(virus)
        let reads = (0..<60).map { number in
            var read = Array(bases[number * 20..<number * 20 + 22])
            if number > 0 { read[11] = read[11] == "A" ? "C" : "A" }
            return String(read)
        }
        let findings = try await findings("pathoscope_bowtie", reads, library: "srna")
        #expect(findings.count == 1)
        #expect((findings.first?["reads"]?.numberValue ?? 0) >= 55)
        let different = reads.map { read in
            var two = Array(read)
            two[5] = two[5] == "A" ? "C" : "A"
            two[16] = two[16] == "A" ? "C" : "A"
            return String(two)
        }
        let none = try await self.findings("pathoscope_bowtie", different, library: "srna")
        #expect(none.isEmpty)
    }
}
