import JSON
import JobModel
import JobRunning
import JobTasks
import Sequences
import SystemPackage
import Testing

/// Files as laboratories have them: what is taken is understood, and what no tool must see is gone.
@Suite(.enabled(if: hasAllTools, "needs the tools of all built-in tasks"))
struct RawFileTests {
    /// Reads of random bases, all good unless told otherwise.
    private func fastq(
        _ count: Int = 60,
        bases: Int = 80,
        seed: UInt64 = 7,
        name: (Int) -> String = { "r\($0)" },
        quality: (Int) -> String = { String(repeating: "I", count: $0) }
    ) -> String {
        RandomReads(seed: seed).fastq(count, bases: bases, name: name, quality: quality)
    }

    private func create(
        _ files: [String: String],
        args: JSONObject = [:]
    ) async throws -> (bench: Bench, end: JobEnd) {
        let bench = try Bench()
        for (name, text) in files { try bench.write(text, to: "watch/\(name)") }
        let paths = files.keys.sorted().map { "watch/\($0)" }
        return (bench, try await bench.createSample(of: paths, args: args))
    }

    // MARK: Names

    /// A kind of names that reads come with.
    struct Names: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let make: @Sendable (Int) -> String

        init(_ kind: String, _ make: @escaping @Sendable (Int) -> String) {
            testDescription = kind
            self.make = make
        }
    }

    private static let names = [
        Names("one name") { _ in "read" }, Names("a blank") { "read \($0)" },
        Names("a tab") { "r\tBC:Z:A\t\($0)" }, Names("none") { _ in "" },
        Names("at signs") { "@@\($0)" }, Names("not ASCII") { "é\($0)" },
        Names("long") { String(repeating: "n", count: 300) + "\($0)" },
        Names("twice") { "r\($0 % 30)" },
    ]

    @Test(arguments: names)
    func noToolSeesANameThatIsNotOurOwn(names: Names) async throws {
        let (bench, end) = try await create(["a.fastq": fastq(name: names.make)])
        #expect(try end.requireResult()["trimmed"]?["kept_reads"] == 60)
        let reads = try bench.reads("samples/x/reads_1.fastq.gz")
        #expect(reads.map(\.header) == (1...60).map { "\($0)" })
        let unnamed = try await create(["a.fastq": fastq()]).bench
        #expect(try unnamed.reads("samples/x/reads_1.fastq.gz") == reads)
    }

    @Test(arguments: [
        (".1", ".2"), ("_1", "_2"), ("/R1", "/R2"), ("/1", "/3"), (" 1:N:0:A", " 2:N:0:A"),
    ])
    func matesMayBeNamedInManyWays(ends: (String, String)) async throws {
        let (bench, end) = try await create([
            "a_1.fastq": fastq { "SRR1.\($0)" + ends.0 },
            "a_2.fastq": fastq(seed: 8) { "SRR1.\($0)" + ends.1 },
        ])
        let result = try end.requireResult()
        #expect(result["paired"] == true)
        #expect(result["warnings"] == [])
        let first = try bench.reads("samples/x/reads_1.fastq.gz")
        let second = try bench.reads("samples/x/reads_2.fastq.gz")
        #expect(first.map(\.header) == (1...60).map { "\($0)" })
        #expect(first.map(\.header) == second.map(\.header))
    }

    // MARK: Text

    /// A way to write the same.
    struct Writing: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: @Sendable (String) -> String

        init(_ kind: String, _ change: @escaping @Sendable (String) -> String) {
            testDescription = kind
            self.change = change
        }
    }

    private static let writings = [
        Writing("no last line feed") { String($0.dropLast()) },
        Writing("blank lines at the end") { $0 + "\n\n" },
        Writing("line ends of Windows") { $0.replacing("\n", with: "\r\n") },
        Writing("of Windows, but the last") {
            String($0.dropLast()).replacing("\n", with: "\r\n")
        },
        Writing("a mark of byte order") { "\u{FEFF}" + $0 },
        Writing("lower case") { $0.lowercased().replacing("i", with: "I") },
        Writing("RNA") { $0.replacing("T", with: "U") },
    ]

    @Test(arguments: writings)
    func textsThatMeanTheSameAreTheSame(writing: Writing) async throws {
        let texts = [fastq(), fastq(seed: 8)]
        let plain = try await create(["a_1.fastq": texts[0], "a_2.fastq": texts[1]])
        _ = try plain.end.requireResult()
        let changed = try await create([
            "a_1.fastq": writing.change(texts[0]), "a_2.fastq": writing.change(texts[1]),
        ])
        _ = try changed.end.requireResult()
        for file in ["samples/x/reads_1.fastq.gz", "samples/x/reads_2.fastq.gz"] {
            #expect(try changed.bench.reads(file) == plain.bench.reads(file))
        }
    }

    @Test func whatIsUncertainBecomesN() async throws {
        let text = fastq(1).replacing("\n+", with: "RYKMSWBDHVNX.\n+")
            .replacing("IIII\n", with: "IIIIIIIIIIIIIIIII\n")
        let (bench, end) = try await create(["a.fastq": text])
        _ = try end.requireResult()
        let read = try #require(try bench.reads("samples/x/reads_1.fastq.gz").first)
        #expect(read.bases.hasSuffix(String(repeating: "N", count: 13)))
        #expect(!read.bases.dropLast(13).contains("N"))
    }

    // MARK: Qualities

    @Test(
        arguments: [
            // HiSeq 4000, AVITI, one read that is better than the others, and before 2011.
            ("HiSeq", "AAFFFKKKKK", "AAFFFKKKKK"), ("AVITI", "IJKLMNNMLK", "IJKLMNNMLK"),
            ("all of one", "KKKKKKKKKK", "KKKKKKKKKK"),
            ("Illumina 1.5", "hhhgfehhdh", "IIIHGFIIEI"),
        ]
    )
    func qualitiesAreUnderstood(kind: String, raw: String, kept: String) async throws {
        func signs(_ text: String) -> (Int) -> String {
            { String(repeating: text, count: $0 / text.utf8.count) }
        }
        let (bench, end) = try await create([
            "a_1.fastq": fastq(quality: signs(raw)),
            "a_2.fastq": fastq(seed: 8, quality: signs(raw)),
        ])
        let result = try end.requireResult()
        #expect(result["trimmed"]?["kept_reads"] == 120)
        #expect(result["quality"]?["encoding"] == "Sanger / Illumina 1.9")
        let read = try #require(try bench.reads("samples/x/reads_1.fastq.gz").first)
        #expect(read.qualities.hasPrefix(kept))
        let warnings = result["warnings"]?.arrayValue?.compactMap(\.stringValue) ?? []
        #expect(warnings.contains { $0.contains("Phred+64") } == (raw != kept))
    }

    /// The first file begins with a read that alone would be taken for one of before 2011.
    @Test func oneGoodReadDoesNotSpeakForAll() async throws {
        let (good, best) = (String(repeating: "I", count: 80), String(repeating: "K", count: 80))
        let (_, end) = try await create([
            "a_1.fastq": fastq().replacing(good, with: best, maxReplacements: 1),
            "a_2.fastq": fastq(seed: 8),
        ])
        #expect(try end.requireResult()["trimmed"]?["kept_reads"] == 120)
    }

    /// An encoding is each file's own; where good qualities leave it open, it is that of the others.
    @Test(arguments: [
        ("hhhBBghhhh", "IIIIIFII:F", "III##HIIII", "IIIIIFII:F", "watch/a_1.fastq: the qualities"),
        ("FFFFFF:FF#", "hhhhhgfhhh", "FFFFFF:FF#", "IIIIIHGIII", "watch/a_2.fastq: the qualities"),
        ("hhhhhghhhh", "TTTTTTTTTT", "IIIIIHIIII", "5555555555", "the qualities"),
    ])
    func filesMayHaveEncodingsOfTheirOwn(
        _ first: String,
        _ second: String,
        _ firstKept: String,
        _ secondKept: String,
        _ told: String
    ) async throws {
        func signs(_ text: String) -> (Int) -> String {
            { String(repeating: text, count: $0 / text.utf8.count) }
        }
        let (bench, end) = try await create(
            [
                "a_1.fastq": fastq(quality: signs(first)),
                "a_2.fastq": fastq(seed: 8, quality: signs(second)),
            ],
            args: ["quality": 0]
        )
        let warnings = try end.requireResult()["warnings"]?.arrayValue?.compactMap(\.stringValue)
        #expect(warnings?.count == 1)
        #expect(warnings?.first?.hasPrefix("\(told) are in the encoding of Illumina 1.") == true)
        let kept = [("reads_1", firstKept), ("reads_2", secondKept)]
        for (file, signs) in kept {
            let read = try #require(try bench.reads("samples/x/\(file).fastq.gz").first)
            #expect(read.qualities.hasPrefix(signs))
        }
    }

    /// Reads that were put together have qualities that no sequencer gives.
    @Test func theBestQualityOfAllIsSangers() async throws {
        let (bench, end) = try await create([
            "a.fastq": fastq(quality: { String(repeating: "~", count: $0) })
        ])
        #expect(try end.requireResult()["warnings"] == [])
        let read = try #require(try bench.reads("samples/x/reads_1.fastq.gz").first)
        #expect(read.qualities.hasPrefix("~~~"))
    }

    // MARK: Lanes

    /// Where reads do not say which mates they are, their files' names may.
    @Test(
        arguments: [
            (
                ["L1_R1_001.fq", "L2_R1_001.fq"],
                "both names say R1; the mates of each lane follow each other (R1, R2, R1, R2)"
            ),
            (
                ["b_R2.fq", "c_R1.fq"],
                "the mates seem to be swapped, for the first file's name says R2"
            ),
            (["b_R1.fq", "c_R2.fq"], nil), (["R1b.fq", "cR1.fq"], nil),
        ] as [([String], String?)]
    )
    func namesOfFilesAreCompared(names: [String], warning: String?) async throws {
        let files = Dictionary(
            uniqueKeysWithValues: names.enumerated().map { ($1, fastq(seed: UInt64($0 + 7))) }
        )
        let (_, end) = try await create(files)
        let both = names.map { "watch/\($0)" }.joined(separator: " and ")
        let expected = warning.map { [JSONValue.string("\(both): \($0)")] } ?? []
        #expect(try end.requireResult()["warnings"] == .array(expected))
    }

    @Test func whyNothingIsLeftMayBeTheFiles() async throws {
        let (_, end) = try await create([
            "a_1.fastq": fastq(), "a_2.fastq": fastq(bases: 8, seed: 8),
        ])
        #expect(
            end.error?.message.hasSuffix(
                "; watch/a_1.fastq and watch/a_2.fastq: the mates are not of one length, for the first have up to "
                    + "80 bases and the second up to 8"
            ) == true
        )
    }

    @Test func lanesAreReadInTheirOrder() async throws {
        let (bench, end) = try await create([
            "a_L1_R1.fastq": fastq(20) { "a\($0)/1" },
            "a_L1_R2.fastq": fastq(20, seed: 2) { "a\($0)/2" },
            "a_L2_R1.fastq": fastq(30, seed: 3) { "b\($0)/1" },
            "a_L2_R2.fastq": fastq(30, seed: 4) { "b\($0)/2" },
        ])
        #expect(try end.requireResult()["trimmed"]?["raw_reads"] == 100)
        for (file, seeds) in [("reads_1", (7, 3)), ("reads_2", (2, 4))]
            as [(String, (UInt64, UInt64))]
        {
            let reads = try bench.reads("samples/x/\(file).fastq.gz")
            #expect(reads.map(\.header) == (1...50).map { "\($0)" })
            let expected =
                RandomReads(seed: seeds.0).sequences(20, bases: 80)
                + RandomReads(seed: seeds.1).sequences(30, bases: 80)
            #expect(reads.map(\.bases) == expected)
        }
    }

    @Test func lanesOfOtherOrderOrNumberAreRefused() async throws {
        let files = [
            "a_R1.fastq": fastq(20) { "a\($0)/1" }, "b_R1.fastq": fastq(20, seed: 3) { "b\($0)/1" },
            "c_R2.fastq": fastq(20, seed: 2) { "a\($0)/2" },
            "d_R2.fastq": fastq(20, seed: 4) { "b\($0)/2" },
        ]
        let message = try await create(files).end.error?.message
        #expect(message?.hasPrefix("watch/a_R1.fastq, watch/b_R1.fastq: read 1 is ") == true)
        let three = try await create(files.filter { $0.key != "d_R2.fastq" }).end.error?.message
        #expect(
            three?.hasPrefix("args.files: 3 files are no pairs; the mates of each lane") == true
        )
        let (bench, end) = try await create(files, args: ["paired": false])
        #expect(try end.requireResult()["trimmed"]?["kept_reads"] == 80)
        #expect(try bench.reads("samples/x/reads_1.fastq.gz").count == 80)
        #expect(!bench.exists("samples/x/reads_2.fastq.gz"))
    }

    @Test func matesMayFollowEachOther() async throws {
        let reads = RandomReads(seed: 7).fastq(60, bases: 80) { "r\(($0 - 1) / 2)" }
        let (bench, end) = try await create(["a.fastq": reads], args: ["interleaved": true])
        #expect(try end.requireResult()["paired"] == true)
        let sequences = RandomReads(seed: 7).sequences(60, bases: 80)
        for (file, remainder) in [("reads_1", 0), ("reads_2", 1)] {
            let kept = try bench.reads("samples/x/\(file).fastq.gz")
            #expect(
                kept.map(\.bases)
                    == sequences.indices.filter { $0 % 2 == remainder }.map { sequences[$0] }
            )
            #expect(kept.map(\.header) == (1...30).map { "\($0)" })
        }
        let wrong = try await create(["a.fastq": fastq()], args: ["interleaved": true])
        #expect(
            wrong.end.error?.message
                == "watch/a.fastq: reads 1 and 2 are 'r1' and 'r2': mates do not follow each other"
        )
    }

    // MARK: What is odd

    @Test func whatIsOddIsSaid() async throws {
        let first = fastq { "r\($0) 1:N:0:A" }
        func warning(_ one: String, _ two: String) async throws -> String? {
            let (_, end) = try await create(["a_1.fastq": one, "a_2.fastq": two])
            let warnings = try end.requireResult()["warnings"]?.arrayValue?.compactMap(
                \.stringValue
            )
            #expect(warnings?.count ?? 0 <= 2)
            return warnings?.first
        }
        let both = "watch/a_1.fastq and watch/a_2.fastq: "
        let second = fastq(seed: 8) { "r\($0) 2:N:0:A" }
        #expect(
            try await warning(second, first)
                == both + "the mates seem to be swapped, for the first say that they are 2"
        )
        #expect(
            try await warning(first, first)
                == both + "the first and the second mates are the same reads"
        )
        #expect(
            try await warning(first, fastq(bases: 60, seed: 8) { "r\($0) 2:N:0:A" })
                == both
                + "the mates are not of one length, for the first have up to 80 bases and the second up to 60"
        )
        #expect(try await warning(first, second) == nil)
    }

    /// Pairs that are taken for single reads count twice.
    @Test(arguments: [
        ("r{pair}", true), ("r{pair}/{mate}", true), ("r{pair}.{mate}", true),
        ("r{read}", false), ("same", false), ("", false),
    ])
    func pairsInOneFileAreNoticed(name: String, isNoticed: Bool) async throws {
        try await notice(60, name, isNoticed)
        // Also if the file was cut off.
        try await notice(59, name, isNoticed)
    }

    private func notice(_ count: Int, _ name: String, _ isNoticed: Bool) async throws {
        let text = fastq(count) {
            name.replacing("{read}", with: "\($0)").replacing("{pair}", with: "\(($0 + 1) / 2)")
                .replacing("{mate}", with: "\(2 - $0 % 2)")
        }
        let (_, end) = try await create(["a.fastq": text])
        let warnings = try end.requireResult()["warnings"]?.arrayValue ?? []
        let expected: JSONValue =
            "watch/a.fastq: reads that follow each other have the names of mates, and count as single reads; if they are mates, make the sample with interleaved: true"
        #expect(warnings == (isNoticed ? [expected] : []))
    }
}

// MARK: - Reads

/// Reads of bases that are the same for a seed.
struct RandomReads {
    let seed: UInt64

    func sequences(_ count: Int, bases: Int) -> [String] {
        var state = seed
        return (0..<count).map { _ in
            String(
                (0..<bases).map { _ -> Character in
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    return Array("ACGT")[Int(state >> 62)]
                }
            )
        }
    }

    func fastq(
        _ count: Int,
        bases: Int,
        name: (Int) -> String = { "r\($0)" },
        quality: (Int) -> String = { String(repeating: "I", count: $0) }
    ) -> String {
        sequences(count, bases: bases).enumerated().map { number, sequence in
            "@\(name(number + 1))\n\(sequence)\n+\n\(quality(bases))\n"
        }.joined()
    }
}

/// A read of a sample.
struct KeptRead: Hashable {
    let header: String
    let bases: String
    let qualities: String
}

extension Bench {
    /// Makes a sample `x`.
    func createSample(of files: [String], args: JSONObject = [:]) async throws -> JobEnd {
        var all: JSONObject = [
            "_id": "x", "name": "X", "files": .array(files.map { .string($0) }),
        ]
        all.merge(args) { $1 }
        let runner = makeRunner()
        await runner.start(try order("create_sample", args: all, proc: 2))
        return try await runner.end()
    }

    /// The reads of a file in the data folder.
    func reads(_ path: String) throws -> [KeptRead] {
        var reader = FASTQFileReader()
        var reads: [KeptRead] = []
        func take(_ bytes: [UInt8], _ record: FASTQRecord) {
            func text(_ range: Range<Int>) -> String {
                String(decoding: bytes[range], as: UTF8.self)
            }
            reads.append(
                KeptRead(
                    header: text(record.header),
                    bases: text(record.sequence),
                    qualities: text(record.quality)
                )
            )
        }
        try reader.read(Files.read(folders.data.pushing(FilePath(path))), take)
        try reader.finish(take)
        return reads
    }
}
