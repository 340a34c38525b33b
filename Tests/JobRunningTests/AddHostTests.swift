import Glibc
import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

private let hasTools = Tools.isThere("bowtie2-build") && Tools.isThere("snap-aligner")

@Suite(.timeLimit(.minutes(6)), .enabled(if: hasTools, "needs bowtie2 and snap-aligner"))
struct AddHostTests {
    private static let stages = ["mk_host_dir", "stats", "bowtie_build", "snap_build", "update_db"]

    /// Five sequences of 20,000 letters, always the same, with lower case and a run of N.
    private static let genome: String = {
        var state: UInt64 = 42
        var text = ""
        for number in 1...5 {
            text += ">chr\(number) a sequence\n"
            var letters: [UInt8] = []
            for place in 0..<20_000 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let letter = Array("ACGTacgt".utf8)[Int(state >> 61)]
                letters.append((5000..<5100).contains(place) ? UInt8(ascii: "N") : letter)
                if place % 70 == 69 { letters.append(UInt8(ascii: "\n")) }
            }
            text += String(decoding: letters, as: UTF8.self) + "\n"
        }
        return text
    }()

    private func order(_ bench: Bench, args: JSONObject) throws -> LaunchOrder {
        try bench.order("add_host", args: args)
    }

    @Test func aHostIsIndexed() async throws {
        let bench = try Bench()
        try bench.write(Self.genome, to: "genomes/host one.fa")
        let runner = bench.makeRunner()
        await runner.start(
            try order(
                bench,
                args: [
                    "_id": "Prunus persica!", "file": "genomes/host one.fa", "description": "Peach",
                ]
            )
        )
        let facts = await runner.facts()
        let end = try #require(facts.last?.end)
        #expect(end.error == nil)
        let begun = facts.compactMap { fact -> String? in
            if case .stageBegan(let name, _, _) = fact.content { name } else { nil }
        }
        #expect(begun == Self.stages)
        let starts = facts.filter { if case .stageBegan = $0.content { true } else { false } }
        #expect(starts.compactMap(\.progress) == [0.143, 0.286, 0.429, 0.571, 0.714])
        let told = facts.compactMap(\.progress)
        #expect(told == told.sorted())

        let result = try #require(end.result)
        #expect(result["id"] == "prunus_persica")
        #expect(result["name"] == "Prunus persica!")
        #expect(result["description"] == "Peach")
        #expect(result["file"] == "genomes/host one.fa")
        #expect(result["count"] == 5)
        #expect(
            result["lengths"] == ["total": 100_000, "mean": 20_000, "max": 20_000, "min": 20_000]
        )
        let letters = Self.genome.split(separator: "\n").filter { !$0.hasPrefix(">") }.joined()
        func count(_ letter: Character) -> Int {
            letters.count { $0.lowercased() == String(letter) }
        }
        for letter in "atgcn" {
            let name = String(letter)
            #expect(result["nucleotide_counts"]?[name]?.integerValue == count(letter))
            let share = (Double(count(letter)) / 100).rounded() / 1000
            #expect(result["nucleotides"]?[name] == .number(share))
        }
        #expect(result["nucleotides"]?["n"] == 0.005)
        #expect(result["nucleotide_counts"]?["other"] == 0)
        #expect(result["tools"]?["bowtie2-build"]?.stringValue?.hasPrefix("2.") == true)
        #expect(result["tools"]?["snap-aligner"]?.stringValue?.hasPrefix("2.") == true)

        let folder = bench.folders.data.appending("hosts").appending("prunus_persica")
        for file in result["index"]?.arrayValue ?? [] {
            let name = try #require(file["name"]?.stringValue)
            #expect(Files.size(of: folder.appending(name)) == file["size"]?.integerValue)
        }
        let names = Set(try Files.names(in: folder))
        #expect(
            names.isSuperset(of: [
                "reference.1.bt2", "reference.2.bt2", "reference.3.bt2", "reference.4.bt2",
                "reference.rev.1.bt2", "reference.rev.2.bt2", "Genome", "GenomeIndex",
                "GenomeIndexHash", "OverflowTable", "record.json",
            ])
        )
        let written = try JSONValue(parsing: Files.read(folder.appending("record.json")))
        #expect(written["document"] == result)
        #expect(!bench.exists("work/job1"))
    }

    @Test func withoutANameTheJobNamesTheHost() async throws {
        let bench = try Bench()
        try bench.write(Self.genome, to: "host.fa")
        let runner = bench.makeRunner()
        await runner.start(try order(bench, args: ["file": "host.fa"]))
        #expect(try await runner.end().result?["id"] == "job1")
        #expect(bench.exists("hosts/job1/record.json"))
    }

    @Test func compressedFilesAreRead() async throws {
        let bench = try Bench(.shell("gzip \"$2/host.fa\"", named: "compress"))
        try bench.write(Self.genome, to: "host.fa")
        let first = bench.makeRunner()
        await first.start(try bench.order("compress", id: "job0"))
        #expect(try await first.end().state == .complete)
        let runner = bench.makeRunner()
        await runner.start(try order(bench, args: ["file": "host.fa.gz", "_id": "x"]))
        let end = try await runner.end()
        #expect(end.error == nil)
        #expect(end.result?["lengths"]?["total"] == 100_000)
    }

    @Test func aCompressedFileThatIsCutOffIsRefused() async throws {
        let bench = try Bench(
            .shell("gzip -c \"$2/host.fa\" | head -c 9000 > \"$2/host.fa.gz\"", named: "cut")
        )
        try bench.write(Self.genome, to: "host.fa")
        let first = bench.makeRunner()
        await first.start(try bench.order("cut", id: "job0"))
        #expect(try await first.end().state == .complete)
        let runner = bench.makeRunner()
        await runner.start(try order(bench, args: ["file": "host.fa.gz", "_id": "x"]))
        let error = try #require(try await runner.end().error)
        #expect(
            error.message
                == "args.file: host.fa.gz cannot be decompressed: the gzip file is truncated: "
                + "it ends in the middle"
        )
    }

    /// SNAP ends where a blank line stands before the first header, after all else took its time.
    @Test func whatHarmsNobodyIsTaken() async throws {
        let bench = try Bench()
        let genome = Self.genome.replacing(">", with: "\n>").replacing("\n", with: "\r\n")
        try bench.write("\u{FEFF}\n \n\(genome)\r\n>rna\r\nACGURYX-.N\r\n\r\n", to: "host.txt")
        let runner = bench.makeRunner()
        await runner.start(try order(bench, args: ["file": "host.txt", "_id": "x"]))
        let result = try #require(try await runner.end().result)
        #expect(result["count"] == 6)
        #expect(result["lengths"]?["total"] == 100_010)
        #expect(result["nucleotide_counts"]?["other"] == 6)
        #expect(bench.exists("hosts/x/GenomeIndexHash"))
    }

    @Test(
        arguments: [
            ("", "args.file: host.fa is empty"),
            (
                "ACGT\n",
                "args.file: host.fa is not FASTA: line 1: a FASTA file begins with a header, '>' and a name, not with 'A'"
            ),
            (
                ">a\nAC#T\n",
                "args.file: host.fa is not FASTA: line 2: '#' cannot stand in a sequence"
            ),
            (">a\n", "args.file: host.fa is not FASTA: line 1: the sequence 'a' is empty"),
            (
                ">p\nMKLV\n",
                "args.file: host.fa is no genome: line 2: 'L' is no letter for a nucleotide: this looks like a protein"
            ),
            (
                ">a\nACGTACGTAC\n",
                "args.file: host.fa is no genome: it has 10 of A, C, G and T, and at least 100 are needed"
            ),
            (
                ">a\n\(String(repeating: "N", count: 500))\n",
                "args.file: host.fa is no genome: it has 0 of A, C, G and T, and at least 100 are needed"
            ),
            (
                "<html><body>404</body></html>",
                "args.file: host.fa is an HTML page, not a file of sequences; download it again"
            ),
            ("PK\u{3}\u{4}", "args.file: host.fa is a ZIP archive; unpack it first"),
            ("@r\nACGT\n+\nIIII\n", "args.file: host.fa is a FASTQ file of reads, not of FASTA"),
        ]
    )
    func whatIsNoGenomeIsRefused(text: String, message: String) async throws {
        let bench = try Bench()
        try bench.write(text, to: "host.fa")
        let runner = bench.makeRunner()
        await runner.start(try order(bench, args: ["file": "host.fa", "_id": "x"]))
        let error = try #require(try await runner.end().error)
        #expect(error.message == message)
        #expect(error.cause == .task)
        #expect(!bench.exists("hosts"))
        // Before anything was indexed.
        #expect(try !bench.log().contains("$ bowtie2-build --threads"))
    }

    @Test func aHostThatIsThereAlreadyIsNotTouched() async throws {
        let bench = try Bench()
        try bench.write(Self.genome, to: "host.fa")
        try bench.write("mine", to: "hosts/prunus_persica/record.json")
        let runner = bench.makeRunner()
        await runner.start(try order(bench, args: ["file": "host.fa", "_id": "PRUNUS persica"]))
        let error = try #require(try await runner.end().error)
        #expect(error.message.hasPrefix("there is a host prunus_persica already"))
        let kept = try Files.read(bench.folders.data.pushing("hosts/prunus_persica/record.json"))
        #expect(kept == Array("mine".utf8))
    }

    /// Names that would do harm in a path or on a command line stay names.
    @Test(arguments: ["../../x", "$(touch /tmp/owned)", "-rf /", "a\nb", "Ünïcode", "…"])
    func namesAreOnlyNames(name: String) async throws {
        let bench = try Bench()
        try bench.write(Self.genome, to: "host.fa")
        let runner = bench.makeRunner()
        await runner.start(try order(bench, args: ["file": "host.fa", "_id": .string(name)]))
        let result = try #require(try await runner.end().result)
        #expect(result["name"] == .string(name))
        let id = try #require(result["id"]?.stringValue)
        #expect(id.wholeMatch(of: /[a-z0-9_]+/) != nil)
        #expect(bench.exists("hosts/\(id)/record.json"))
        #expect(try Files.names(in: bench.folders.data.appending("hosts")) == [id])
    }

    @Test(arguments: stages)
    func aCancelInAnyStageLeavesNothing(stage: String) async throws {
        let bench = try Bench()
        try bench.write(Self.genome, to: "host.fa")
        let runner = bench.makeRunner()
        await runner.start(try order(bench, args: ["file": "host.fa", "_id": "x"]))
        for await fact in runner.facts {
            if case .stageBegan(stage, _, _) = fact.content {
                await runner.cancel("job1", reason: "in \(stage)")
            }
            guard let end = fact.end else { continue }
            // Who is told too late has finished; then all of it must be there.
            #expect([.cancelled, .complete].contains(end.state))
            #expect(bench.exists("hosts/x/record.json") == (end.state == .complete))
            break
        }
        let hosts = (try? Files.names(in: bench.folders.data.appending("hosts"))) ?? []
        #expect(hosts.isEmpty || hosts == ["x"])
        #expect(!bench.exists("work/job1"))
        #expect(!bench.exists("hosts/x") || bench.exists("hosts/x/record.json"))
    }
}
