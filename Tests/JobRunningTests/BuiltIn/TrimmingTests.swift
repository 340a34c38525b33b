import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

/// How reads are trimmed by their kind, and what is said if none is left.
@Suite(.enabled(if: hasAllTools, "needs the tools of all built-in tasks"))
struct TrimmingTests {
    private static let smallRNA = "TGGAATTCTCGGGTGCCAAGGAACTCCAGTCACATCACG"
    private static let trueSeq = "AGATCGGAAGAGCACACGTCTGAACTCCAGTCACATCACGATCTCG"

    private func create(
        _ sequences: [String],
        _ quality: Character = "I",
        args: JSONObject
    ) async throws -> (bench: Bench, end: JobEnd) {
        let bench = try Bench()
        let text = sequences.enumerated().map { number, bases in
            "@r\(number)\n\(bases)\n+\n\(String(repeating: quality, count: bases.utf8.count))\n"
        }.joined()
        try bench.write(text, to: "a.fastq")
        return (bench, try await bench.createSample(of: ["a.fastq"], args: args))
    }

    private func random(
        _ count: Int,
        bases: Int,
        then adapter: String = "",
        of length: Int? = nil
    )
        -> [String]
    {
        RandomReads(seed: 5).sequences(count, bases: bases).map {
            String(($0 + adapter).prefix(length ?? .max))
        }
    }

    @Test(arguments: [36, 50, 51])
    func smallRNAIsCutOutOfItsAdapter(length: Int) async throws {
        let reads = (20...24).flatMap { random(20, bases: $0, then: Self.smallRNA, of: length) }
        let (bench, end) = try await create(reads, args: ["library_type": "srna"])
        let result = try end.requireResult()
        #expect(result["trimming"]?["library_type"] == "srna")
        #expect(result["trimming"]?["min_length"] == 18)
        let kept = try bench.reads("samples/x/reads_1.fastq.gz").map(\.bases)
        #expect(kept == reads.enumerated().map { String($1.prefix(20 + $0 / 20)) })
    }

    @Test func smallRNAThatWasTrimmedBeforeStays() async throws {
        let (_, end) = try await create(random(50, bases: 22), args: ["library_type": "srna"])
        #expect(try end.requireResult()["trimmed"]?["kept_reads"] == 50)
    }

    /// Without a word about them, the reads' length says how long they must stay.
    @Test(arguments: [(36, 24), (50, 33), (60, 35), (79, 35), (80, 50), (150, 50)])
    func shortReadsMayBeShorter(bases: Int, minimum: Int) async throws {
        let reads =
            random(30, bases: bases) + random(1, bases: minimum) + random(1, bases: minimum - 1)
        let result = try await create(reads, args: [:]).end.requireResult()
        #expect(result["trimming"]?["min_length"] == .integer(minimum))
        #expect(
            result["trimmed"] == [
                "raw_reads": 32, "kept_reads": 31, "too_short": 1, "too_bad": 0,
            ]
        )
    }

    @Test func whoKnowsBetterSaysHow() async throws {
        let adapter = "CTGTCTCTTATACACATCT"
        let reads = random(20, bases: 40, then: adapter + String(repeating: "G", count: 40), of: 90)
        let args: JSONObject = [
            "min_length": 38, "quality": 10, "adapter": .string(adapter.lowercased()),
        ]
        let (bench, end) = try await create(reads, args: args)
        let result = try end.requireResult()
        #expect(
            result["trimming"] == [
                "library_type": "normal", "min_length": 38, "quality": 10, "mean_quality": 15,
                "adapter": .string(adapter),
            ]
        )
        let kept = try bench.reads("samples/x/reads_1.fastq.gz")
        #expect(kept.map(\.bases) == reads.map { String($0.prefix(40)) })
    }

    @Test func ampliconsAreKeptWhole() async throws {
        let reads = [String](repeating: random(1, bases: 120)[0], count: 20)
        let (_, normal) = try await create(reads, "+", args: [:])
        #expect(normal.error?.message.contains("too bad") == true)
        let (bench, end) = try await create(reads, "+", args: ["library_type": "amplicon"])
        #expect(try end.requireResult()["trimmed"]?["kept_reads"] == 20)
        #expect(try bench.reads("samples/x/reads_1.fastq.gz").map(\.bases) == reads)
    }

    @Test func whatIsLostIsCountedAndExplained() async throws {
        let short = random(30, bases: 22, then: Self.trueSeq, of: 60)
        let (bench, end) = try await create(short, args: [:])
        #expect(
            end.error?.message
                == "no read is left after trimming: of 30 reads 30 are too short, with less than 35 bases after trimming; "
                + "what may help is library_type: srna for small RNA, a lower min_length, a lower quality"
        )
        #expect(!bench.exists("samples"))
        let some = try await create(short + random(10, bases: 60), args: [:]).end.requireResult()
        #expect(
            some["warnings"] == [
                "less than half of the reads are left: of 40 reads 30 are too short, with less than 35 bases after trimming; what may help is library_type: srna for small RNA, a lower min_length, a lower quality"
            ]
        )
    }

    @Test(
        arguments: [
            (
                ["adapter": "ACGT-ACGT"],
                "args.adapter: must be a sequence of 6 to 64 bases, or two with a comma between them for first and second mates, and is 'ACGT-ACGT'"
            ),
            (
                ["adapter": "adapters.fa"],
                "args.adapter: must be a sequence of 6 to 64 bases, or two with a comma between them for first and second mates, and is 'adapters.fa'"
            ),
            (
                ["adapter": "ACGTACGT,ACGTACGT"],
                "args.adapter: has 2 sequences; single reads have one"
            ),
            (
                ["min_length": 61],
                "args.min_length: is 61, but the longest read has 60 bases: nothing would be left"
            ),
            (
                ["interleaved": true, "paired": false],
                "args.interleaved: is true, but args.paired is false"
            ),
        ] as [(JSONObject, String)]
    )
    func argumentsThatDoNotFitAreRefused(args: JSONObject, message: String) async throws {
        let (_, end) = try await create(random(10, bases: 60), args: args)
        #expect(end.error?.message == message)
    }
}
