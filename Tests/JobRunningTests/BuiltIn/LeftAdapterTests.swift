import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

/// Where an adapter stays on short pieces no read fits a virus: that is never passed over in silence.
@Suite(.enabled(if: hasAllTools, "needs the tools of all built-in tasks"))
struct LeftAdapterTests {
    private static let smallRNA = "TGGAATTCTCGGGTGCCAAGGAACTCCAGTCACATCACGATCTCG"
    private static let ours = "ACCTGTCAGATTCGGATACCATGACGTTGCA"

    /// Pieces of 20 to 24 bases, each with random bases at both ends, and an adapter behind it.
    private func reads(
        then adapter: String,
        randomBases: Int = 0,
        of length: Int = 50
    ) -> (pieces: [String], reads: [String]) {
        let source = RandomReads(seed: 9).sequences(200, bases: 40)
        let pieces = source.enumerated().map { String($1.prefix(20 + $0 % 5)) }
        let reads = zip(source, pieces).map { source, piece in
            let rest = source.dropFirst(30)
            let read = String(rest.prefix(randomBases)) + piece + String(rest.suffix(randomBases))
            return String((read + adapter).prefix(adapter.isEmpty ? .max : length))
        }
        return (pieces, reads)
    }

    private func create(
        _ reads: [String],
        args: JSONObject = [:]
    ) async throws -> (bench: Bench, end: JobEnd) {
        let bench = try Bench()
        let text = reads.enumerated().map { number, bases in
            "@r\(number)\n\(bases)\n+\n\(String(repeating: "I", count: bases.utf8.count))\n"
        }.joined()
        try bench.write(text, to: "a.fastq")
        return (bench, try await bench.createSample(of: ["a.fastq"], args: args))
    }

    private func warnings(_ end: JobEnd) throws -> [String] {
        try end.requireResult()["warnings"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    @Test func smallRNAIsToldFromReadsOfItsLength() async throws {
        let (_, end) = try await create(reads(then: Self.smallRNA).reads)
        let message = try #require(end.error?.message)
        #expect(message.contains("200 are too short, with less than 33 bases after trimming"))
        #expect(message.contains("library_type: srna for small RNA"))
        #expect(
            message.hasSuffix(
                "; 100 % of the reads run into the adapter of TruSeq Small RNA (TGGAATTCTCGGGTGCCAAGG), which was "
                    + "cut, and not that of TruSeq and NEBNext; name another in the argument adapter if that is wrong"
            )
        )
    }

    @Test(arguments: [
        ("TruSeq and NEBNext", "AGATCGGAAGAGCACACGTCTGAACTCCAGTCA"),
        ("QIAseq miRNA", "AACTGTAGGCACCATCAATAGATCGGAAGAGCAC"),
        ("MGI and BGI", "AAGTCGGAGGCCAAGCGGTCTTAGGAAGACAA"),
    ])
    func theAdapterThatReadsRunIntoIsCut(name: String, adapter: String) async throws {
        let (pieces, reads) = reads(then: adapter)
        let (bench, end) = try await create(reads, args: ["library_type": "srna"])
        #expect(try bench.reads("samples/x/reads_1.fastq.gz").map(\.bases) == pieces)
        let warnings = try warnings(end)
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains("run into the adapter of \(name)") == true)
        let told = try end.requireResult()["trimming"]?["adapter"]?.stringValue ?? ""
        #expect(!told.isEmpty && adapter.hasPrefix(told))
    }

    @Test(arguments: ["srna", "normal"])
    func anAdapterThatNobodyKnowsIsTold(type: String) async throws {
        let (pieces, reads) = reads(then: Self.ours)
        let args: JSONObject = ["library_type": .string(type)]
        let warning = try #require(try warnings(await create(reads, args: args).end).first)
        let adapter = String(Self.ours.prefix(24))
        #expect(
            warning.hasPrefix("a.fastq: 200 of the first 200 reads that are left hold \(adapter) ")
        )
        #expect(warning.hasSuffix("must be made anew with adapter: \(adapter)"))
        let (bench, end) = try await create(
            reads,
            args: ["library_type": "srna", "adapter": .string(adapter)]
        )
        #expect(try warnings(end).isEmpty)
        #expect(try bench.reads("samples/x/reads_1.fastq.gz").map(\.bases) == pieces)
    }

    @Test func whoNamesAnotherAdapterIsTold() async throws {
        let args: JSONObject = ["library_type": "srna", "adapter": .string(Self.ours)]
        let warnings = try warnings(await create(reads(then: Self.smallRNA).reads, args: args).end)
        #expect(
            warnings.first
                == "100 % of the reads run into the adapter of TruSeq Small RNA (TGGAATTCTCGGGTGCCAAGG), but "
                + "args.adapter is \(Self.ours)"
        )
        #expect(warnings.last?.contains("hold TGGAATTCTCGG") == true)
    }

    /// Some kits put four random bases on both ends, of which no virus has any.
    @Test(arguments: [smallRNA, ""])
    func randomBasesAtBothEndsAreToldAndCut(adapter: String) async throws {
        let (pieces, reads) = reads(then: adapter, randomBases: 4)
        let plain = try await create(reads, args: ["library_type": "srna"])
        #expect(
            try warnings(plain.end).map { $0.hasSuffix("made anew with random_bases: 4") } == [true]
        )
        let (bench, end) = try await create(
            reads,
            args: ["library_type": "srna", "random_bases": 4]
        )
        #expect(try warnings(end).isEmpty)
        let kept = try bench.reads("samples/x/reads_1.fastq.gz")
        // Where no adapter is left, chance makes the beginning of one at a few ends.
        #expect(kept.count == pieces.count)
        #expect(zip(kept, pieces).allSatisfy { $1.hasPrefix($0.bases) })
        #expect(zip(kept, pieces).count { $0.bases != $1 } <= (adapter.isEmpty ? 10 : 0))
        #expect(kept.allSatisfy { $0.qualities.utf8.count == $0.bases.utf8.count })
        let result = try end.requireResult()
        #expect(result["trimming"]?["random_bases"] == 4)
        #expect(result["quality"]?["length"]?.arrayValue?.last == 24)
    }
}
