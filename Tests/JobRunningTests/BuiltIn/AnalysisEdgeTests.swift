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
    private static func sample(of reads: String, in bench: Bench) async throws -> DataRecord? {
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
    private static func reads(of sequence: String, count: Int, length: Int) -> String {
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
