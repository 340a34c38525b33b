import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

/// SNAP reads all that it is given, however many threads it has.
@Suite(.serialized, .enabled(if: hasAllTools, "needs the tools of all built-in tasks"))
struct SnapReadingTests {
    /// In a plain file each of its threads looks for a read of nothing but A, C, G, T and N to begin at: samples of
    /// earlier versions have other letters too.
    @Test(arguments: [30, 400, 1400], ["R", "."])
    func threadsLoseNoRead(pairs: Int, letter: String) async throws {
        let data = try await PreparedData.small.value
        let bench = try data.makeBench()
        let sample = try #require(data.inputs[.sample])
        let count = try await makeOldSample(pairs: pairs, letter: letter, data, in: bench)
        var results: [[JSONValue?]] = []
        for threads in [1, 2, 4] {
            let id = "threads\(threads)"
            var order = try bench.order(
                "pathoscope_snap",
                id: id,
                args: ["sample_id": "old", "reference": "viruses"],
                proc: threads
            )
            order.inputs = data.inputs
            order.inputs[.sample] = DataRecord(
                key: try #require(DataKey(.sample, "old")),
                name: "Old",
                uses: sample.uses,
                username: "tester",
                created: .present,
                document: [
                    "paired": true,
                    "quality": [
                        "count": .integer(count), "length": [.integer(50), .integer(150)],
                    ],
                ]
            )
            let runner = bench.makeRunner()
            await runner.start(order)
            let result = try await runner.end().requireResult()
            results.append(["diagnosis", "read_count", "subtracted_count"].map { result[$0] })
        }
        #expect(try #require(results[0][1]?.integerValue) > 0)
        #expect(results[1] == results[0])
        #expect(results[2] == results[0])
    }

    /// Makes a sample of reads that begin with a letter; returns how many they are.
    private func makeOldSample(
        pairs: Int,
        letter: String,
        _ data: PreparedData,
        in bench: Bench
    ) async throws -> Int {
        var count = 0
        for file in ["reads_1.fastq", "reads_2.fastq"] {
            let whole = bench.folders.data.pushing(FilePath("samples/sample/\(file).gz"))
            try bench.write("", to: "samples/old/\(file)")
            let plain = bench.folders.data.pushing(FilePath("samples/old/\(file)"))
            try Files.write(try Files.read(whole), to: FilePath("\(plain).gz"))
            try await DataSet.run("gzip", ["-d", "-f", "\(plain).gz"])
            let text = String(decoding: try Files.read(plain), as: UTF8.self)
            let lines = text.split(separator: "\n").prefix(4 * pairs).enumerated()
            let changed = lines.map { $0 % 4 == 1 ? "\(letter)\($1.dropFirst())" : String($1) }
            count += changed.count / 4
            let end = changed.joined(separator: "\n") + "\n"
            try Files.write(Array(end.utf8), to: plain)
            try await DataSet.run("gzip", [plain.string])
        }
        return count
    }
}
