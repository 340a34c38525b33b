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

    @Test func aHealthySampleHasNoContigs() async throws {
        let data = try await PreparedData.healthy.value
        let (_, facts) = try await data.analyse("nuvs")
        let result = try #require(facts.last?.end).requireResult()
        #expect(result["contigs"] == [])
    }

    @Test func profilesThatAreNotThereAreMissedAtOnce() async throws {
        let data = try await PreparedData.small.value
        let (bench, facts) = try await data.analyse("nuvs", args: ["profiles": "hmm/none.hmm"])
        let error = try #require(facts.last?.end?.error)
        #expect(
            error.message
                == "args.profiles: hmm/none.hmm: there is no such file below the data folder"
        )
        #expect(!bench.exists("analyses"))
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
