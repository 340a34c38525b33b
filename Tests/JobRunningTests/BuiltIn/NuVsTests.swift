import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

@Suite(.serialized, .enabled(if: hasAllTools, "needs the tools of all built-in tasks"))
struct NuVsTests {
    @Test(arguments: ["paired", "single"])
    func theUnknownVirusIsFound(layout: String) async throws {
        let data = try await PreparedData.of(layout)
        let (bench, facts) = try await data.analyse("nuvs")
        let result = try #require(facts.last?.end).requireResult()
        let truth = try #require(data.set.truth["nuvs"])
        let contigs = try #require(result["contigs"]?.arrayValue)
        #expect(try #require(result["contig_count"]?.integerValue) >= contigs.count)
        #expect(result["algorithm"] == "nuvs")
        #expect((result["read_count"]?.integerValue ?? 0) > 0)

        // The planted virus is one of the contigs, with its proteins.
        let novel = Kmers(try #require(truth["novel_sequence"]?.stringValue))
        let found = contigs.filter { novel.share(in: $0["sequence"]?.stringValue ?? "") >= 0.95 }
        #expect(found.count == 1)
        let expected = Set(truth["clusters_expected"]?.arrayValue?.compactMap(\.integerValue) ?? [])
        #expect(Self.clusters(found.first).isSuperset(of: expected))

        // What has no known family is not reported, and no family is that is in no virus here.
        let orphan = Kmers(try #require(truth["orphan_sequence"]?.stringValue))
        for contig in contigs {
            #expect(orphan.share(in: contig["sequence"]?.stringValue ?? "") < 0.1)
        }
        let forbidden = truth["clusters_forbidden"]?.arrayValue?.compactMap(\.integerValue) ?? []
        for contig in contigs { #expect(Self.clusters(contig).isDisjoint(with: forbidden)) }
        try checkForm(of: contigs)

        // It is among the other contigs, with what is nearest to it: nothing.
        let others = try #require(result["other_contigs"]?.arrayValue)
        #expect(result["other_contig_count"] == .integer(others.count))
        let lengths = others.compactMap { $0["length"]?.integerValue }
        #expect(lengths == lengths.sorted(by: >))
        #expect(lengths.allSatisfy { $0 >= 200 })
        let orphans = others.filter { orphan.share(in: $0["sequence"]?.stringValue ?? "") > 0.9 }
        #expect(orphans.count == 1)
        #expect(orphans.first?["verdict"] == "unknown")
        #expect(orphans.first?["nearest"] == .null)
        #expect(orphans.first?["reads"]?.integerValue ?? 0 > 20)

        // Nothing but the planted virus is unknown; it is covered by its reads.
        let unknown = contigs.filter { $0["verdict"] == "unknown" }
        #expect(unknown.map { $0["index"] } == found.map { $0["index"] })
        // It has proteins of a family in common with known ones.
        #expect(unknown.first?["nearest"]?["identity"]?.numberValue ?? 0 < 0.7)
        #expect(result["verdicts"]?["unknown"] == 1)
        for contig in contigs {
            let (reads, depth) = (contig["reads"]?.integerValue, contig["depth"]?.numberValue)
            #expect(reads ?? 0 > 20)
            #expect(depth ?? 0 > 1)
        }

        let folder = bench.folders.data.pushing("analyses/job1")
        #expect(try Files.names(in: folder).sorted() == ["analysis.json", "record.json"])
        #expect(try JSONValue(parsing: Files.read(folder.appending("analysis.json"))) == result)
        let told = facts.compactMap(\.progress)
        #expect(told == told.sorted())
        let begun = facts.compactMap { fact -> String? in
            if case .stageBegan(let name, _, _) = fact.content { name } else { nil }
        }
        let all = try #require(BuiltInTasks.named("nuvs")).description.stages
        #expect(begun == (layout == "paired" ? all : all.filter { $0 != "reunite_pairs" }))
    }

    private static func clusters(_ contig: JSONValue?) -> Set<Int> {
        let frames = contig?["orfs"]?.arrayValue ?? []
        return Set(
            frames.flatMap { $0["hits"]?.arrayValue ?? [] }.compactMap {
                $0["cluster"]?.integerValue
            }
        )
    }

    private func checkForm(of contigs: [JSONValue]) throws {
        for contig in contigs {
            let sequence = Array(try #require(contig["sequence"]?.stringValue))
            #expect(contig["length"] == .integer(sequence.count))
            let frames = try #require(contig["orfs"]?.arrayValue)
            #expect(frames.contains { $0["hits"]?.arrayValue?.isEmpty == false })
            for frame in frames {
                let ends = frame["pos"]?.arrayValue?.compactMap(\.integerValue) ?? []
                try #require(ends.count == 2)
                let part = String(sequence[ends[0]..<ends[1]])
                let isForward = frame["strand"] == 1
                #expect(
                    frame["nuc"]?.stringValue
                        == (isForward ? part : Kmers.reverseComplement(part))
                )
                #expect((frame["pro"]?.stringValue?.count ?? 0) >= 100)
                for hit in frame["hits"]?.arrayValue ?? [] {
                    #expect(hit["id"]?.stringValue != nil)
                    #expect(hit["label"]?.stringValue != nil)
                    #expect(hit["full_e"]?.numberValue != nil)
                }
            }
        }
    }

    /// Reads of an isolate that differs from all others are left to be assembled: it is known all the same.
    @Test func contigsOfKnownVirusesAreCalledByThem() async throws {
        let data = try await PreparedData.small.value
        let novel = try #require(data.set.truth["nuvs"]?["novel_sequence"]?.stringValue)
        // (differences in a hundred bases, the verdict, arguments)
        let cases: [(Int, String, JSONObject)] = [
            (12, "known", [:]), (24, "related", [:]),
        ]
        for (differences, verdict, args) in cases {
            let bench = try data.makeBench()
            var reference = try data.set.reference()
            let other = Self.changed(novel, differences: differences)
            reference["viruses"] = .array(
                (reference["viruses"]?.arrayValue ?? []) + [Self.virus(sequence: other)]
            )
            let index = bench.folders.data.pushing("indexes/viruses.1")
            try Files.remove(index)
            try Files.makeFolder(index)
            let original = data.bench.folders.data.pushing("indexes/viruses.1")
            for name in try Files.names(in: original) where name != "reference.json" {
                try Files.link(index.appending(name), to: original.appending(name))
            }
            try Files.write(
                JSONValue.object(reference).encoded,
                to: index.appending("reference.json")
            )
            let runner = bench.makeRunner()
            await runner.start(try data.order("nuvs", in: bench, args: args))
            let result = try await runner.end().requireResult()
            let contigs = result["contigs"]?.arrayValue ?? []
            let near = contigs.filter { $0["nearest"]?["id"] == "NEAR.1" }
            #expect(!near.isEmpty, "\(differences)")
            for contig in near {
                #expect(contig["verdict"] == .string(verdict), "\(differences)")
                #expect(contig["nearest"]?["virus"]?["name"] == "Near virus")
                let identity = try #require(contig["nearest"]?["identity"]?.numberValue)
                #expect(abs(identity - (1 - Double(differences) / 100)) < 0.03)
                #expect(try #require(contig["nearest"]?["coverage"]?.numberValue) > 0.9)
            }
            #expect(result["verdicts"]?["unknown"] == 0)
        }
    }

    private static func virus(sequence: String) -> JSONValue {
        [
            "_id": "near", "name": "Near virus", "version": 0,
            "isolates": [
                [
                    "_id": "i_near", "name": "isolate 1", "default": false,
                    "sequences": [["_id": "NEAR.1", "sequence": .string(sequence)]],
                ]
            ],
        ]
    }

    /// A sequence with so many bases in a hundred replaced, at places by chance that is always the same.
    private static func changed(_ sequence: String, differences: Int) -> String {
        let next: [Character: Character] = ["A": "C", "C": "G", "G": "T", "T": "A"]
        var state: UInt64 = 7
        return String(
            sequence.map { base in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Int(state >> 33) % 100 < differences ? next[base] ?? base : base
            }
        )
    }

    /// Amplicons and PCR duplicates: SPAdes comes to its end, without a contig or in one of several errors.
    @Test(arguments: AnalysisEdgeTests.fewFragments)
    func tooFewFragmentsMakeNoContig(fragments: AnalysisEdgeTests.Fragments) async throws {
        let data = try await PreparedData.small.value
        let novel = try #require(data.set.truth["nuvs"]?["novel_sequence"]?.stringValue)
        let bench = try data.makeBench()
        let result = try await AnalysisEdgeTests.analyse(fragments.files(of: novel), data, bench)
        #expect(result["contigs"] == [])
    }

    @Test func aHealthySampleHasNoContigs() async throws {
        let data = try await PreparedData.healthy.value
        let (_, facts) = try await data.analyse("nuvs")
        let result = try #require(facts.last?.end).requireResult()
        #expect(result["contigs"] == [])
    }

    /// Reads without a word of nothing but A, C, G and T, for which SPAdes has an error of its own.
    @Test(arguments: [["N"], ["N", "N"], ["ACGTACGTACNNNNN"]])
    func readsThatSayNothingMakeNoContig(units: [String]) async throws {
        let data = try await PreparedData.small.value
        let bench = try data.makeBench()
        let texts = units.map { unit in
            let read = String(repeating: unit, count: 90 / unit.count)
            let quality = String(repeating: "I", count: read.count)
            return (1...40).map { "@r\($0)\n\(read)\n+\n\(quality)\n" }.joined()
        }
        let result = try await AnalysisEdgeTests.analyse(texts, data, bench)
        #expect(result["contigs"] == [])
        #expect(result["other_contigs"] == [])
    }

    /// What is wrong with profiles is said before anything is mapped or assembled.
    @Test func profilesThatCannotBeUsedAreRefusedAtOnce() async throws {
        let data = try await PreparedData.small.value
        let profiles = try Files.read(data.set.folder.pushing(FilePath(DataSet.profiles)))
        let cases: [([UInt8]?, String)] = [
            (nil, "hmm/x.hmm: there is no such file below the data folder"),
            ([], "hmm/x.hmm is not a file, or empty"),
            (Array(">a\nMKV\n".utf8), "hmm/x.hmm: line 1: a profile begins with 'HMMER3/'"),
            (Array(profiles.dropLast(200)), "hmm/x.hmm: line "),
            (profiles + profiles, "hmm/x.hmm: line "),
        ]
        for (bytes, message) in cases {
            let bench = try data.makeBench()
            if let bytes {
                try Files.makeFolder(bench.folders.data.appending("hmm"))
                try Files.write(bytes, to: bench.folders.data.pushing("hmm/x.hmm"))
            }
            let runner = bench.makeRunner()
            await runner.start(try data.order("nuvs", in: bench, args: ["profiles": "hmm/x.hmm"]))
            let facts = await runner.facts()
            let said = facts.last?.end?.error?.message ?? ""
            #expect(said.hasPrefix("args.profiles: \(message)"), "\(said)")
            let begun = facts.compactMap { fact -> String? in
                if case .stageBegan(let name, _, _) = fact.content { name } else { nil }
            }
            #expect(begun == ["mk_analysis_dir"])
            #expect(!bench.exists("analyses"))
        }
    }
}

/// The 31-mers of a sequence, whichever strand they are read from.
struct Kmers {
    private static let length = 31
    private let all: Set<String>

    init(_ sequence: String) { all = Self.kmers(of: sequence) }

    /// Which share of them another sequence has, on either strand.
    func share(in sequence: String) -> Double {
        let others = Self.kmers(of: sequence)
            .union(Self.kmers(of: Self.reverseComplement(sequence)))
        return Double(all.intersection(others).count) / Double(all.count)
    }

    private static func kmers(of sequence: String) -> Set<String> {
        let bytes = Array(sequence.utf8)
        guard bytes.count >= length else { return [] }
        return Set(
            (0...bytes.count - length).map {
                String(decoding: bytes[$0..<$0 + length], as: UTF8.self)
            }
        )
    }

    static func reverseComplement(_ sequence: String) -> String {
        let pairs: [Character: Character] = ["A": "T", "C": "G", "G": "C", "T": "A"]
        return String(sequence.reversed().map { pairs[$0] ?? $0 })
    }
}
