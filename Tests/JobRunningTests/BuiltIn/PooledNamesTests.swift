import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

/// Reads that cannot be told apart by their names are told apart by ours, or refused.
@Suite(.serialized, .enabled(if: hasAllTools, "needs the tools of all built-in tasks"))
struct PooledNamesTests {
    /// Writes the reads of a file anew with other names.
    private func rename(
        _ path: FilePath,
        to target: FilePath,
        as name: (Int) -> String
    ) async throws {
        let bench = try Bench()
        let plain = bench.folders.data.appending("reads.fastq")
        try Files.write(try Files.read(path), to: bench.folders.data.appending("reads.fastq.gz"))
        try await DataSet.run("gzip", ["-d", "\(plain).gz"])
        let text = String(decoding: try Files.read(plain), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let renamed = lines.enumerated().map { number, line in
            number % 4 == 0 && !line.isEmpty ? "@\(name(number / 4 + 1))" : String(line)
        }
        try Files.write(Array(renamed.joined(separator: "\n").utf8), to: plain)
        try await DataSet.run("gzip", [plain.string])
        try? Files.remove(target)
        try Files.makeFolder(target.removingLastComponent())
        try Files.write(try Files.read(FilePath("\(plain).gz")), to: target)
    }

    /// What was missed without a word: all reads have one name, and the viruses are found all the same.
    @Test(arguments: ["pathoscope_bowtie", "pathoscope_snap"])
    func virusesAreFoundInReadsOfOneName(task: String) async throws {
        let data = try await PreparedData.small.value
        let bench = try data.makeBench()
        var files: [JSONValue] = []
        for path in data.set.reads {
            let file = "pooled/\(files.count + 1).fastq.gz"
            try await rename(
                data.set.folder.pushing(FilePath(path)),
                to: bench.folders.data.pushing(FilePath(file))
            ) { "read \($0)" }
            files.append(.string(file))
        }
        var maker = try bench.order(
            "create_sample",
            id: "job0",
            args: [
                "_id": "other", "name": "Other", "subtraction": "host", "files": .array(files),
            ],
            proc: 2
        )
        maker.inputs = data.inputs
        let making = bench.makeRunner()
        await making.start(maker)
        _ = try await making.end().requireResult()
        let record = bench.folders.data.pushing("samples/other/record.json")
        var order = try data.order(task, in: bench, args: ["sample_id": "other"])
        order.inputs[.sample] = DataRecord(whole: try JSONValue(parsing: Files.read(record)))
        let runner = bench.makeRunner()
        await runner.start(order)
        let found = try await runner.end().requireResult()
        let (_, facts) = try await data.analyse(task)
        let expected = try #require(facts.last?.end).requireResult()
        #expect(found["diagnosis"]?.arrayValue?.isEmpty == false)
        #expect(found["diagnosis"] == expected["diagnosis"])
    }

    /// A kind of names in a sample, and what is wrong with it.
    struct Kind: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let fault: String
        let name: @Sendable (Int) -> String

        init(_ kind: String, _ fault: String, _ name: @escaping @Sendable (Int) -> String) {
            testDescription = kind
            self.fault = fault
            self.name = name
        }
    }

    private static let kinds = [
        Kind("one name", "several reads have the name 'read'") { "read \($0)" },
        Kind("none", "") { _ in "" },
        Kind("long", "") { String(repeating: "n", count: 300) + "\($0)" },
        Kind("twice", "several reads have the name 'r") { "r\($0 % 500)" },
    ]

    /// A sample of an earlier version has the names of the raw files.
    @Test(arguments: ["pathoscope_bowtie", "pathoscope_snap", "nuvs"], kinds)
    func anOldSampleOfReadsThatCannotBeToldApartIsRefused(task: String, kind: Kind) async throws {
        let data = try await PreparedData.small.value
        let bench = try data.makeBench()
        let old = bench.folders.data.pushing("samples/old")
        for file in ["reads_1.fastq.gz", "reads_2.fastq.gz"] {
            try await rename(
                bench.folders.data.pushing("samples/sample").appending(file),
                to: old.appending(file),
                as: kind.name
            )
        }
        var order = try data.order(task, in: bench)
        // There must be no need of a host to notice it.
        let hasHost = kind.testDescription != "one name"
        if !hasHost { order.inputs[.host] = nil }
        let sample = try #require(data.inputs[.sample])
        order.inputs[.sample] = DataRecord(
            key: try #require(DataKey(.sample, "old")),
            name: "Old",
            uses: hasHost ? sample.uses : [],
            username: "tester",
            created: .present,
            document: sample.document
        )
        let runner = bench.makeRunner()
        await runner.start(order)
        let end = try await runner.end()
        // SNAP cuts no name.
        guard task != "pathoscope_snap" || kind.testDescription != "long" else {
            _ = try end.requireResult()
            return
        }
        let message = end.error?.message ?? ""
        #expect(message.hasPrefix("the sample old cannot be analysed: \(kind.fault)"), "\(message)")
        #expect(message.hasSuffix("make it anew from its raw files with create_sample"))
    }
}
