import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

@Suite(.serialized, .enabled(if: hasAllTools, "needs the tools of all built-in tasks"))
struct PathoscopeTests {
    /// What is allowed between what was planted and what is found.
    private enum Tolerance {
        static let reads = 0.87...1.005
        static let traceReads = 0.65...1.01
        static let mixtureReads = 0.55...1.25
        static let pi = 0.02
        static let subtracted = 0.6...1.6
        static let coverage = 0.95
        static let mixtureCoverage = 0.8
        static let traceCoverage = 0.6
    }

    @Test(arguments: ["pathoscope_bowtie", "pathoscope_snap"], ["paired", "single"])
    func everyPlantedVirusIsFoundAndNoOther(task: String, layout: String) async throws {
        let data = try await PreparedData.of(layout)
        let (bench, facts) = try await data.analyse(task)
        let result = try #require(facts.last?.end).requireResult()
        let truth = data.set.truth
        let diagnosis = try #require(result["diagnosis"]?.arrayValue)
        let found = Dictionary(uniqueKeysWithValues: diagnosis.map { ($0["id"]?.stringValue, $0) })
        var mixture = (reads: 0.0, fragments: 0.0)
        var planted: Set<String?> = []
        for virus in truth["pathoscope"]?["present"]?.arrayValue ?? [] {
            let role = virus["role"]?.stringValue
            for sequence in virus["sequences"]?.arrayValue ?? [] {
                let id = sequence["sequence_id"]?.stringValue
                planted.insert(id)
                let hit = try #require(found[id], "\(role ?? "") \(id ?? "") is missing")
                #expect(hit["virus"]?["id"] == virus["virus_id"])
                #expect(hit["isolate"]?["id"] == virus["isolate_id"])
                #expect(hit["isolate"]?["default"] == virus["default"])
                let reads = try #require(hit["reads"]?.numberValue)
                let fragments = try #require(sequence["fragments"]?.numberValue)
                let coverage = try #require(hit["coverage"]?.numberValue)
                let name = Comment("\(role ?? ""): \(reads) of \(fragments), covered \(coverage)")
                switch role {
                case "mixture":
                    mixture.reads += reads
                    mixture.fragments += fragments
                    #expect(Tolerance.mixtureReads.contains(reads / fragments), name)
                    #expect(coverage >= Tolerance.mixtureCoverage, name)
                case "trace":
                    #expect(Tolerance.traceReads.contains(reads / fragments), name)
                    #expect(coverage >= Tolerance.traceCoverage, name)
                default:
                    #expect(Tolerance.reads.contains(reads / fragments), name)
                    #expect(coverage >= Tolerance.coverage, name)
                }
                if layout == "paired", role != "mixture" {
                    let pi = try #require(hit["pi"]?.numberValue)
                    let share = try #require(
                        sequence["share_of_known_viral_fragments"]?.numberValue
                    )
                    #expect(abs(pi - share) <= Tolerance.pi)
                }
            }
        }
        #expect(Tolerance.reads.contains(mixture.reads / mixture.fragments))
        #expect(Set(found.keys) == planted)
        let findings = try #require(result["findings"]?.arrayValue)
        #expect(
            Set(findings.map { $0["virus"]?["id"] })
                == Set(diagnosis.map { $0["virus"]?["id"] })
        )
        #expect(findings.allSatisfy { $0["verdict"] == "found" })
        let sum = diagnosis.compactMap { $0["pi"]?.numberValue }.reduce(0, +)
        #expect((0.95...1.0001).contains(sum))
        // The host carries a piece of a virus, which must not count as one.
        let eve = try #require(truth["fragments_by_source"]?["host:eve"]?.numberValue)
        let subtracted = try #require(result["subtracted_count"]?.numberValue)
        #expect(Tolerance.subtracted.contains(subtracted / eve))
        #expect((result["candidate_count"]?.integerValue ?? 0) >= 5)
        try checkForm(result, task, bench)
        checkProgress(facts)
    }

    private func checkForm(_ result: JSONValue, _ task: String, _ bench: Bench) throws {
        #expect(result["id"] == "job1")
        #expect(result["algorithm"] == .string(task))
        #expect(result["sample"] == ["id": "sample", "name": "A sample"])
        #expect(result["reference"] == ["id": "viruses", "name": "Viruses", "index": 1])
        #expect(result["host"] == "host")
        let diagnosis = result["diagnosis"]?.arrayValue ?? []
        let pis = diagnosis.compactMap { $0["pi"]?.numberValue }
        #expect(pis == pis.sorted(by: >))
        for hit in diagnosis {
            #expect(hit["depths"]?.arrayValue?.count == 200)
            #expect(hit["initial"]?["pi"]?.numberValue != nil)
        }
        let folder = bench.folders.data.pushing("analyses/job1")
        let written = try JSONValue(parsing: Files.read(folder.appending("analysis.json")))
        #expect(written == result)
        let record = try #require(
            DataRecord(whole: JSONValue(parsing: Files.read(folder.appending("record.json"))))
        )
        let aligner = task == "pathoscope_snap" ? "SNAP" : "bowtie2"
        #expect(record.name == "Pathoscope (\(aligner)) of A sample")
        #expect(
            Set(record.uses.map(\.description)) == [
                "sample sample", "host host", "index viruses.1", "reference viruses",
            ]
        )
        let files = ["analysis.json", "reads.jsonl", "record.json"]
        #expect(try Files.names(in: folder).sorted() == files)
        #expect(!bench.exists("work/job1"))
    }

    /// Progress is told within stages too, and never goes back.
    private func checkProgress(_ facts: [JobFact]) {
        let told = facts.compactMap(\.progress)
        #expect(told == told.sorted())
        let stages = facts.compactMap { fact -> Int? in
            if case .progressed(let stage, _, let fraction) = fact.content, fraction > 0 {
                stage
            } else {
                nil
            }
        }
        // Of one of both mappings of all reads at the least: what is told within a stage that is over
        // before its time comes is not told any more.
        #expect(!Set(stages).isDisjoint(with: [2, 6]))
    }

    @Test(arguments: ["pathoscope_bowtie", "pathoscope_snap"])
    func aHealthySampleHasNoDiagnosis(task: String) async throws {
        let data = try await PreparedData.healthy.value
        let (_, facts) = try await data.analyse(task)
        let result = try #require(facts.last?.end).requireResult()
        #expect(result["diagnosis"] == [])
        #expect(result["read_count"] == 0)
        let begun = facts.compactMap { fact -> String? in
            if case .stageBegan(let name, _, _) = fact.content { name } else { nil }
        }
        #expect(begun == BuiltInTasks.named(task)?.description.stages)
    }

    /// Its reads have a quarter of the score that they could have; asking for a half of it passed all of them by.
    @Test
    func aStrainFarFromAllIsolatesIsFound() async throws {
        let data = try await PreparedData.strain.value
        let (_, facts) = try await data.analyse("pathoscope_bowtie")
        let result = try #require(facts.last?.end).requireResult()
        let planted = try #require(
            data.set.truth["samples"]?.arrayValue?.first?["present"]?.arrayValue?.first
        )
        #expect((planted["nearest_identity"]?.numberValue ?? 1) < 0.83)
        let findings = try #require(result["findings"]?.arrayValue)
        #expect(findings.map { $0["virus"]?["id"] } == [planted["virus_id"]])
        #expect(findings.first?["verdict"] == "found")
        let reads = findings.first?["reads"]?.numberValue ?? 0
        #expect(reads >= 0.6 * (planted["fragments"]?.numberValue ?? .infinity))
    }
}
