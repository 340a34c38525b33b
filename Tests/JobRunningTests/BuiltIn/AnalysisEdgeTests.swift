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
        try bench.write(Self.reads(of: novel, count: 1600, length: 60), to: "watch/short.fastq")
        let maker = bench.makeRunner()
        let samples = bench.folders.data.appending("samples")
        await maker.start(
            try bench.order(
                "create_sample",
                id: "job0",
                args: ["_id": "short", "name": "Short", "files": ["watch/short.fastq"]]
            )
        )
        _ = try await maker.end().requireResult()
        let file = samples.pushing("short/record.json")
        var order = try data.order("nuvs", in: bench)
        order.inputs[.sample] = DataRecord(whole: try JSONValue(parsing: Files.read(file)))
        order.inputs[.host] = nil
        let runner = bench.makeRunner()
        await runner.start(order)
        let result = try await runner.end().requireResult()
        let contigs = result["contigs"]?.arrayValue ?? []
        let kmers = Kmers(novel)
        let share = contigs.map { kmers.share(in: $0["sequence"]?.stringValue ?? "") }.reduce(0, +)
        #expect(share > 0.8, "\(share) in \(contigs.count) contigs")
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
