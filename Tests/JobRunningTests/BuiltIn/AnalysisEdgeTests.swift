import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

/// Analyses of samples and indexes that are not as they usually are.
@Suite(.serialized, .enabled(if: hasAllTools, "needs the tools of all built-in tasks"))
struct AnalysisEdgeTests {
    /// Genomes of more than 4 GB get another kind of index, and another program reads it.
    @Test func largeIndexesAreRead() async throws {
        let data = try await PreparedData.small.value
        let bench = try data.makeBench()
        let hosts = bench.folders.data.appending("hosts")
        let small = hosts.appending("host")
        let large = hosts.appending("large")
        try Files.makeFolder(large)
        try await DataSet.run(
            "bowtie2-build",
            [
                "--large-index", "-q", bench.folders.data.pushing(FilePath(DataSet.host)).string,
                large.appending("reference").string,
            ]
        )
        for name in ["Genome", "GenomeIndex", "GenomeIndexHash", "OverflowTable"] {
            try Files.link(large.appending(name), to: small.appending(name))
        }
        var order = try data.order("pathoscope_bowtie", in: bench)
        order.inputs[.host] = DataRecord(
            key: try #require(DataKey(.host, "large")),
            name: "Large",
            username: "tester",
            created: .present
        )
        let runner = bench.makeRunner()
        await runner.start(order)
        let result = try await runner.end().requireResult()
        #expect(result["host"] == "large")
        #expect((result["subtracted_count"]?.integerValue ?? 0) > 0)
        #expect(try bench.log().contains("$ bowtie2-align-l "))
    }

    @Test(arguments: ["pathoscope_bowtie", "pathoscope_snap", "nuvs"])
    func withoutAHostNothingIsSubtracted(task: String) async throws {
        let data = try await PreparedData.small.value
        let bench = try data.makeBench()
        var order = try data.order(task, in: bench)
        order.inputs[.host] = nil
        order.inputs[.sample]?.uses = []
        let runner = bench.makeRunner()
        await runner.start(order)
        let result = try await runner.end().requireResult()
        #expect(result["host"] == .null)
        if task != "nuvs" {
            #expect(result["subtracted_count"] == 0)
            #expect(result["diagnosis"]?.arrayValue?.isEmpty == false)
        } else {
            #expect(result["contigs"]?.arrayValue?.isEmpty == false)
        }
    }

    /// Who reads an analysis of amplicons is told that reads need not cover a virus, and what is odd about the sample.
    @Test func whatASampleIsOfIsMinded() async throws {
        let data = try await PreparedData.small.value
        let bench = try data.makeBench()
        let usual = try data.order("pathoscope_bowtie", in: bench)
        let strict: JSONObject = ["weak_breadth": 1, "found_breadth": 1]
        var order = try bench.order(
            "pathoscope_bowtie",
            args: usual.args.merging(strict) { $1 },
            proc: 2
        )
        order.inputs = usual.inputs
        order.inputs[.sample]?.document["trimming"] = ["library_type": "amplicon"]
        order.inputs[.sample]?.document["warnings"] = ["a.fastq: odd"]
        let runner = bench.makeRunner()
        await runner.start(order)
        let result = try await runner.end().requireResult()
        #expect(result["warnings"] == ["a.fastq: odd"])
        let findings = try #require(result["findings"]?.arrayValue)
        let partial = findings.filter {
            $0["breadth"]?.numberValue ?? 1 < 1 && $0["reads"]?.numberValue ?? 0 >= 10
        }
        #expect(!partial.isEmpty)
        for finding in partial {
            #expect(finding["verdict"] == "uncertain")
            #expect(finding["reasons"]?.arrayValue?.map { $0["code"] } == ["amplified"])
        }
    }

    /// What fits any of the hosts that a job names is taken out, whatever the sample was made with.
    @Test(arguments: ["pathoscope_bowtie", "pathoscope_snap", "nuvs"])
    func severalHostsAreSubtracted(task: String) async throws {
        let data = try await PreparedData.small.value
        let bench = try data.makeBench()
        let runner = bench.makeRunner()
        var inputs: [String: DataRecord] = [:]
        // The second host is the planted virus itself, whose reads are gone then.
        let planted = try #require(data.set.truth["pathoscope"]?["present"]?.arrayValue)
        let ids = planted.flatMap { $0["sequences"]?.arrayValue ?? [] }
            .compactMap { $0["sequence_id"]?.stringValue }
        try bench.write(try data.set.fasta(of: ids), to: "second.fa")
        await runner.start(
            try bench.order("add_host", id: "job0", args: ["_id": "second", "file": "second.fa"])
        )
        _ = try await runner.end().requireResult()
        for name in ["host", "second"] {
            let file = bench.folders.data.pushing(FilePath("hosts/\(name)/record.json"))
            inputs[name] = DataRecord(whole: try JSONValue(parsing: Files.read(file)))
        }
        var found: [[String]: Int] = [:]
        for names in [[], ["host"], ["host", "second"]] {
            let id = "with\(names.count)"
            let analyst = bench.makeRunner()
            var order = try data.order(task, in: bench)
            order = try bench.order(
                task,
                id: id,
                args: order.args.merging(["subtractions": .array(names.map { .string($0) })]) {
                    $1
                },
                proc: 2
            )
            order.inputs = data.inputs
            order.listedInputs = names.compactMap { inputs[$0] }
            await analyst.start(order)
            let result = try await analyst.end().requireResult()
            #expect(result["hosts"] == .array(names.map { .string($0) }))
            #expect(result["host"] == (names.first.map { .string($0) } ?? .null))
            found[names] =
                task == "nuvs"
                ? result["read_count"]?.integerValue : result["diagnosis"]?.arrayValue?.count
        }
        let without = try #require(found[[]])
        let one = try #require(found[["host"]])
        let both = try #require(found[["host", "second"]])
        if task == "nuvs" {
            #expect(one < without)
            #expect(both <= one)
        } else {
            #expect(one > 0)
            #expect(both == 0)
        }
    }

    /// Reads hardly longer than the longest words that assembly cuts them into.
    @Test func shortReadsAreAssembledFromShorterWords() async throws {
        let data = try await PreparedData.small.value
        let bench = try data.makeBench()
        let novel = try #require(data.set.truth["nuvs"]?["novel_sequence"]?.stringValue)
        let reads = Self.reads(of: novel, count: 1600, length: 60)
        var order = try data.order("nuvs", in: bench)
        order.inputs[.sample] = try await Self.sample(of: reads, in: bench)
        order.inputs[.host] = nil
        let runner = bench.makeRunner()
        await runner.start(order)
        let result = try await runner.end().requireResult()
        let contigs = result["contigs"]?.arrayValue ?? []
        let kmers = Kmers(novel)
        let share = contigs.map { kmers.share(in: $0["sequence"]?.stringValue ?? "") }.reduce(0, +)
        #expect(share > 0.8, "\(share) in \(contigs.count) contigs")
    }

    /// Reads of one cycle kit of 36, and small RNA.
    @Test(arguments: [36, 24])
    func veryShortReadsAreAssembled(length: Int) async throws {
        let data = try await PreparedData.small.value
        let bench = try data.makeBench()
        let novel = try #require(data.set.truth["nuvs"]?["novel_sequence"]?.stringValue)
        let reads = Self.reads(of: novel, count: 4000 * 36 / length, length: length)
        let folder = "samples/tiny"
        try bench.write(reads, to: "\(folder)/reads_1.fastq")
        try await DataSet.run(
            "gzip",
            [bench.folders.data.pushing(FilePath("\(folder)/reads_1.fastq")).string]
        )
        var order = try data.order("nuvs", in: bench)
        order.inputs[.host] = nil
        order.inputs[.sample] = DataRecord(
            key: try #require(DataKey(.sample, "tiny")),
            name: "Tiny",
            username: "tester",
            created: .present,
            document: [
                "paired": false,
                "quality": [
                    "count": .integer(4000 * 36 / length),
                    "length": [.integer(length), .integer(length)],
                ],
            ]
        )
        let runner = bench.makeRunner()
        await runner.start(order)
        let result = try await runner.end().requireResult()
        // Of so few bases some fit anything.
        #expect(try #require(result["read_count"]?.integerValue) > 3900 * 36 / length)
        let contigs = result["contigs"]?.arrayValue ?? []
        let kmers = Kmers(novel)
        let share = contigs.map { kmers.share(in: $0["sequence"]?.stringValue ?? "") }.reduce(0, +)
        #expect(share > 0.8, "\(share) in \(contigs.count) contigs")
        #expect(contigs.allSatisfy { ($0["depth"]?.numberValue ?? 0) > 5 })
    }

    /// Makes a sample of FASTQ, and looks for unknown viruses in it.
    static func analyse(
        _ texts: [String],
        _ data: PreparedData,
        _ bench: Bench
    ) async throws -> JSONValue {
        let files = texts.indices.map { "watch/reads_\($0 + 1).fastq" }
        for (file, text) in zip(files, texts) { try bench.write(text, to: file) }
        let maker = bench.makeRunner()
        let samples = bench.folders.data.appending("samples")
        await maker.start(
            try bench.order(
                "create_sample",
                id: "job0",
                args: [
                    "_id": "short", "name": "Short", "files": .array(files.map { .string($0) }),
                ]
            )
        )
        _ = try await maker.end().requireResult()
        let file = samples.pushing("short/record.json")
        var order = try data.order("nuvs", in: bench)
        order.inputs[.sample] = DataRecord(whole: try JSONValue(parsing: Files.read(file)))
        order.inputs[.host] = nil
        let runner = bench.makeRunner()
        await runner.start(order)
        return try await runner.end().requireResult()
    }

    /// Fragments of a sequence, each sequenced several times.
    struct Fragments: Sendable, CustomTestStringConvertible {
        let distinct: Int
        let copies: Int
        var length = 100
        var isPaired = true

        var testDescription: String {
            "\(distinct) × \(copies), \(length) bases, \(isPaired ? "pairs" : "single")"
        }

        /// The reads' files, without an error in any read.
        func files(of sequence: String) -> [String] {
            let bases = Array(sequence)
            var files = ["", ""]
            for copy in 0..<copies {
                for number in 0..<distinct {
                    let start = number * 277 % (bases.count - 300)
                    let first = String(bases[start..<start + length])
                    let end = start + 200
                    let second = Kmers.reverseComplement(String(bases[end - length..<end]))
                    for (mate, read) in [first, second].enumerated() {
                        files[mate] +=
                            "@r\(copy)_\(number)\n\(read)\n+\n"
                            + String(repeating: "I", count: length) + "\n"
                    }
                }
            }
            return isPaired ? files : [files[0]]
        }
    }

    static let fewFragments = [
        Fragments(distinct: 3, copies: 60), Fragments(distinct: 1, copies: 1),
        Fragments(distinct: 1, copies: 300, length: 60, isPaired: false),
    ]

    /// A single read of a virus may come from the sample beside it.
    @Test(arguments: ["pathoscope_bowtie", "pathoscope_snap"])
    func aSingleReadIsAWeakFinding(task: String) async throws {
        let data = try await PreparedData.small.value
        let bench = try data.makeBench()
        let virus = try #require(data.set.reference()["viruses"]?.arrayValue?.first)
        let isolates = try #require(virus["isolates"]?.arrayValue)
        let isolate = try #require(isolates.first { $0["default"] == true })
        let sequence = try #require(
            isolate["sequences"]?.arrayValue?.first?["sequence"]?.stringValue
        )
        let other = try #require(data.set.truth["nuvs"]?["novel_sequence"]?.stringValue)
        let one = String(sequence.dropFirst(300).prefix(101))
        let reads =
            Self.reads(of: other, count: 199, length: 100)
            + Self.reads(of: one, count: 1, length: 100).replacing("@r0", with: "@r199")
        var order = try data.order(task, in: bench)
        order.inputs[.sample] = try await Self.sample(of: reads, in: bench)
        order.inputs[.host] = nil
        let runner = bench.makeRunner()
        await runner.start(order)
        let result = try await runner.end().requireResult()
        let finding = try #require(result["findings"]?.arrayValue?.first)
        #expect(result["findings"]?.arrayValue?.count == 1)
        #expect(finding["virus"]?["id"] == (virus["id"] ?? virus["_id"]))
        #expect(finding["verdict"] == "weak")
        #expect(finding["reasons"]?.arrayValue?.map { $0["code"] } == ["few_reads", "narrow"])
        #expect(
            finding["reasons"]?.arrayValue?.first?["text"]
                == "1 read, fewer than 10: perhaps a contamination"
        )
        #expect(finding["share"] == 0.005)
        #expect(result["sample_reads"] == 200)
    }

    /// Thresholds may be chosen; those that contradict each other are refused before anything is done.
    @Test func thresholdsAreArguments() async throws {
        let data = try await PreparedData.small.value
        let bench = try data.makeBench()
        let order = try data.order(
            "pathoscope_bowtie",
            in: bench,
            args: ["least_reads": 1_000_000]
        )
        let runner = bench.makeRunner()
        await runner.start(order)
        let result = try await runner.end().requireResult()
        let verdicts = Set(result["findings"]?.arrayValue?.map { $0["verdict"] } ?? [])
        #expect(verdicts == ["weak"])
        #expect(result["thresholds"]?["least_reads"] == 1_000_000)
        let other = try data.makeBench()
        let wrong = try data.order("pathoscope_bowtie", in: other, args: ["weak_breadth": 0.6])
        let second = other.makeRunner()
        await second.start(wrong)
        let message = try await second.end().error?.message ?? ""
        #expect(message == "args.weak_breadth: is 0.6, more than args.found_breadth, 0.5")
    }

    /// Makes a sample of single reads, and says what the catalogue then knows of it.
    static func sample(of reads: String, in bench: Bench) async throws -> DataRecord? {
        try bench.write(reads, to: "watch/reads.fastq")
        let maker = bench.makeRunner()
        await maker.start(
            try bench.order(
                "create_sample",
                id: "job0",
                args: ["_id": "made", "name": "Made", "files": ["watch/reads.fastq"]]
            )
        )
        _ = try await maker.end().requireResult()
        let record = bench.folders.data.pushing("samples/made/record.json")
        return DataRecord(whole: try JSONValue(parsing: Files.read(record)))
    }

    /// Reads without an error, evenly spread over a sequence.
    static func reads(of sequence: String, count: Int, length: Int) -> String {
        let bases = Array(sequence)
        return (0..<count).map { number in
            let start = number * 7919 % (bases.count - length)
            let read = String(bases[start..<start + length])
            return "@r\(number)\n\(read)\n+\n\(String(repeating: "I", count: length))\n"
        }.joined()
    }

    @Test func whatIsGoneIsMissed() async throws {
        let data = try await PreparedData.small.value
        let cases: [(DataKind, String)] = [
            (.sample, "there is no sample"),
            (.index, "the reference viruses has no index yet; run rebuild_index first"),
            (.host, "the host that the sample sample was made with is gone"),
        ]
        for (kind, message) in cases {
            let bench = try data.makeBench()
            var order = try data.order("nuvs", in: bench)
            order.inputs[kind] = nil
            let runner = bench.makeRunner()
            await runner.start(order)
            #expect(try await runner.end().error?.message == message)
            #expect(!bench.exists("analyses"))
        }
        let bench = try data.makeBench()
        try Files.remove(bench.folders.data.pushing("samples/sample"))
        let runner = bench.makeRunner()
        await runner.start(try data.order("nuvs", in: bench))
        #expect(
            try await runner.end().error?.message
                == "the sample sample is gone: there is no folder samples/sample"
        )
    }
}
