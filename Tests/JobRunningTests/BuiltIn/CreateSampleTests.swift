import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

@Suite(.enabled(if: hasAllTools, "needs the tools of all built-in tasks"))
struct CreateSampleTests {
    @Test(arguments: ["paired", "single"])
    func readsAreTrimmedAndDescribed(layout: String) async throws {
        let data = try await PreparedData.of(layout)
        let result = try #require(data.ends["create_sample"]).requireResult()
        let truth = try #require(data.set.truth["sample"])
        #expect(result["id"] == "sample")
        #expect(result["name"] == "A sample")
        #expect(result["paired"] == .bool(layout == "paired"))
        #expect(result["subtraction"] == "host")
        #expect(result["raw_files"] == .array(data.set.reads.map { .string($0) }))
        #expect(result["trimmed"]?["raw_reads"] == truth["raw_reads"])

        let quality = try #require(result["quality"])
        let count = try #require(quality["count"]?.integerValue)
        let raw = try #require(truth["raw_reads"]?.numberValue)
        #expect((0.9...0.98).contains(Double(count) / raw))
        #expect(result["trimmed"]?["kept_reads"] == .integer(count))
        let length = quality["length"]?.arrayValue?.compactMap(\.integerValue) ?? []
        #expect(length.count == 2 && length[0] >= 50)
        #expect(length.last == truth["raw_length"]?.arrayValue?.last?.integerValue)
        let gc = try #require(quality["gc"]?.numberValue)
        #expect(abs(gc - (truth["raw_gc_percent"]?.numberValue ?? 0)) <= 1.5)
        #expect(quality["encoding"] == "Sanger / Illumina 1.9")
        let means = quality["sequences"]?.arrayValue?.compactMap(\.integerValue) ?? []
        #expect(means.count == 50)
        #expect(means.reduce(0, +) == count)
        let bases = quality["bases"]?.arrayValue ?? []
        #expect(bases.count == length.last)
        #expect(bases.allSatisfy { $0.arrayValue?.count == 6 })
        for composition in quality["composition"]?.arrayValue ?? [] {
            let sum = composition.arrayValue?.compactMap(\.numberValue).reduce(0, +) ?? 0
            #expect(abs(sum - 100) < 0.01)
        }

        let folder = data.bench.folders.data.pushing("samples/sample")
        let reads =
            layout == "paired" ? ["reads_1.fastq.gz", "reads_2.fastq.gz"] : ["reads_1.fastq.gz"]
        #expect(try Files.names(in: folder).sorted() == (reads + ["record.json", "trim.log"]))
        for file in result["files"]?.arrayValue ?? [] {
            let name = try #require(file["name"]?.stringValue)
            #expect(Files.size(of: folder.appending(name)) == file["size"]?.integerValue)
        }
        #expect(data.inputs[.sample]?.uses.map(\.description) == ["host host"])
        for path in data.set.reads { #expect(data.bench.exists(path)) }
        #expect(!data.bench.exists("work/create_sample"))
    }

    /// Ten reads, or as many as wanted, of 80 bases without an adapter.
    static func fastq(_ count: Int = 10, from first: Int = 1, mate: Int? = nil) -> String {
        var state: UInt64 = 7
        return (first..<first + count).map { number in
            let bases = (0..<80).map { _ -> Character in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Array("ACGT")[Int(state >> 62)]
            }
            let name = "r\(number)" + (mate.map { "/\($0)" } ?? "")
            return "@\(name)\n\(String(bases))\n+\n\(String(repeating: "I", count: 80))\n"
        }.joined()
    }

    private func create(
        in bench: Bench,
        files: [String],
        args: JSONObject = [:]
    ) async throws -> JobEnd {
        try await bench.createSample(of: files, args: args)
    }

    @Test func plainFilesAndRawFilesThatAreNotNeededAnyMore() async throws {
        let bench = try Bench()
        try bench.write(Self.fastq(mate: 1), to: "watch/a_1.fastq")
        try bench.write(Self.fastq(mate: 2), to: "watch/a_2.fastq")
        let end = try await create(
            in: bench,
            files: ["watch/a_1.fastq", "watch/a_2.fastq"],
            args: ["remove_raw": true, "paired": true]
        )
        let result = try end.requireResult()
        #expect(result["trimmed"]?["raw_reads"] == 20)
        #expect(result["trimmed"]?["kept_reads"] == 20)
        #expect(result["subtraction"] == .null)
        #expect(bench.exists("samples/x/reads_2.fastq.gz"))
        #expect(try Files.names(in: bench.folders.data.appending("watch")).isEmpty)
    }

    /// Nothing is removed that something else is made of.
    @Test func whatIsKeptIsNotRemovedAsRaw() async throws {
        let bench = try Bench()
        try bench.write(Self.fastq(), to: "samples/y/reads_1.fastq.gz")
        let end = try await create(
            in: bench,
            files: ["samples/y/reads_1.fastq.gz"],
            args: ["remove_raw": true]
        )
        #expect(
            end.error?.message
                == "args.remove_raw: samples/y/reads_1.fastq.gz belongs to what is kept and must stay"
        )
        #expect(bench.exists("samples/y/reads_1.fastq.gz"))
    }

    /// A name that a shell would run stays a name.
    @Test func aNameIsNotRun() async throws {
        let bench = try Bench()
        let name = "watch/a';touch X;'.fastq.gz"
        try bench.write(Self.fastq(), to: "plain.fastq")
        let data = bench.folders.data
        try Files.makeFolder(data.appending("watch"))
        try await DataSet.run("gzip", [data.appending("plain.fastq").string])
        try Files.move(data.appending("plain.fastq.gz"), to: data.pushing(FilePath(name)))
        let end = try await create(in: bench, files: [name])
        #expect(try end.requireResult()["raw_files"] == [.string(name)])
        #expect(try !Files.names(in: data).contains("X"))
        #expect(!bench.exists("samples/x/X"))
        #expect(!bench.exists("watch/X"))
        #expect(!Files.exists("X"))
    }

    private static let broken: [Broken] = [
        Broken("nothing", ["": ""], "watch/a.fastq is empty"),
        Broken(
            "an end within a read",
            ["": fastq(3) + "@r4\nACGT\n+\n"],
            "watch/a.fastq: line 16: the file ends in the middle of a read"
        ),
        Broken(
            "a missing line",
            ["": fastq(3).replacing("\n+\n", with: "\n", maxReplacements: 1)],
            "watch/a.fastq: line 3: the third line of a read begins with '+', not with 'I'; sequences over more than one line are not supported"
        ),
        Broken(
            "lengths that differ",
            ["": "@r1\nACGT\n+\nIII\n"],
            "watch/a.fastq: line 4: the read has 4 bases and 3 qualities"
        ),
        Broken(
            "FASTA",
            ["": ">r1\nACGT\n"],
            "watch/a.fastq: this is FASTA, not FASTQ; reads need their qualities"
        ),
        Broken(
            "a gap",
            ["": fastq(3).replacing("A", with: "-", maxReplacements: 1)],
            "watch/a.fastq: line 2: '-' cannot stand in a read; bases are A, C, G, T, U, N, the other letters of IUPAC for nucleotides and '.'"
        ),
        Broken(
            "colours",
            ["": "@r1\nT0120\n+\nIIIII\n"],
            "watch/a.fastq: line 2: '0' cannot stand in a read; reads in colours, as SOLiD made them, must be turned into bases first"
        ),
        Broken(
            "long reads",
            ["": "@m64011_190830_220126/1/ccs\nACGT\n+\nIIII\n"],
            "watch/a.fastq: these are long reads of PacBio; long reads are not supported, for trimming, alignment and assembly here expect the lengths and errors of short ones, such as Illumina's"
        ),
        Broken(
            "mates of unequal number",
            ["_1": fastq(10), "_2": fastq(9)],
            "watch/a_1.fastq, watch/a_2.fastq: the second file has no read 10, but the other has: the files are not mates"
        ),
        Broken(
            "mates of other names",
            ["_1": fastq(10), "_2": fastq(10, from: 2)],
            "watch/a_1.fastq, watch/a_2.fastq: read 1 is 'r1' in the first file and 'r2' in the second: the files are not mates"
        ),
    ]

    struct Broken: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let files: [String: String]
        let message: String

        init(_ name: String, _ files: [String: String], _ message: String) {
            testDescription = name
            self.files = files
            self.message = message
        }
    }

    /// What is wrong with a file is said with the file, the line and the reason.
    @Test(arguments: broken)
    func whatIsNoFastqIsRefused(_ broken: Broken) async throws {
        let bench = try Bench()
        var paths: [String] = []
        for (suffix, text) in broken.files.sorted(by: { $0.key < $1.key }) {
            paths.append("watch/a\(suffix).fastq")
            try bench.write(text, to: paths[paths.count - 1])
        }
        let end = try await create(in: bench, files: paths)
        #expect(end.error?.message.replacing("args.files: ", with: "") == broken.message)
        #expect(end.error?.cause == .task)
        #expect(!bench.exists("samples"))
        #expect(!bench.exists("work/job1"))
        for path in paths { #expect(bench.exists(path)) }
    }

    @Test func aCompressedFileThatIsCutOffIsRefused() async throws {
        let bench = try Bench()
        try bench.write(Self.fastq(200), to: "watch/a.fastq")
        let file = bench.folders.data.pushing("watch/a.fastq.gz")
        try await DataSet.run("gzip", [bench.folders.data.pushing("watch/a.fastq").string])
        let whole = try Files.read(file)
        try Files.write(Array(whole.prefix(whole.count / 2)), to: file)
        let end = try await create(in: bench, files: ["watch/a.fastq.gz"])
        #expect(
            end.error?.message
                == "watch/a.fastq.gz: the gzip file is truncated: it ends in the middle"
        )
        #expect(!bench.exists("samples"))
    }

    @Test func readsOfWhichNoneIsLeftAreRefused() async throws {
        let bench = try Bench()
        try bench.write(
            Self.fastq().replacing(
                String(repeating: "I", count: 80),
                with: String(repeating: "#", count: 80)
            ),
            to: "watch/a.fastq"
        )
        let end = try await create(in: bench, files: ["watch/a.fastq"])
        #expect(
            end.error?.message
                == "no read is left after trimming: of 10 reads 10 are too bad, with a mean quality below 25; what may help is a lower quality"
        )
        #expect(!bench.exists("samples"))
    }

    @Test func argumentsThatContradictEachOtherAreRefused() async throws {
        let bench = try Bench()
        try bench.write(Self.fastq(), to: "a.fastq")
        let one = try await create(in: bench, files: ["a.fastq"], args: ["paired": true])
        #expect(
            one.error?.message
                == "args.paired: is true, but args.files has one; say interleaved: true if mates follow each other in it"
        )
        let same = try await create(in: bench, files: ["a.fastq", "./a.fastq"])
        #expect(same.error?.message == "args.files[1]: ./a.fastq is the same file as a.fastq")
        let none = try await create(in: bench, files: [])
        #expect(none.error?.message == "args.files: names no file")
    }
}
