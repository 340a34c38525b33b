import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

extension Bench {
    /// Makes a sample of single reads without an error, and says what the catalogue then knows of it.
    func makeSample(
        of reads: [String],
        library: String = "normal"
    ) async throws -> DataRecord? {
        let lines = reads.enumerated().map { number, read in
            "@r\(number)\n\(read)\n+\n\(String(repeating: "I", count: read.count))\n"
        }
        try write(lines.joined(), to: "watch/reads.fastq")
        let maker = makeRunner()
        await maker.start(
            try order(
                "create_sample",
                id: "job0",
                args: [
                    "_id": "made", "name": "Made", "files": ["watch/reads.fastq"],
                    "library_type": .string(library),
                ]
            )
        )
        _ = try await maker.end().requireResult()
        let record = folders.data.pushing("samples/made/record.json")
        return DataRecord(whole: try JSONValue(parsing: Files.read(record)))
    }
}

extension PreparedData {
    /// What a task says of a sample of such reads.
    ///
    /// - Parameters:
    ///   - task: The task.
    ///   - reads: The bases of single reads.
    ///   - library: The sample's library type.
    ///   - isHostSubtracted: Whether what is the host's is taken out.
    ///   - args: More arguments.
    /// - Returns: The job's result.
    /// - Throws: That it has none.
    func analyse(
        _ task: String,
        of reads: [String],
        library: String = "normal",
        subtractingHost isHostSubtracted: Bool = false,
        args: JSONObject = [:]
    ) async throws -> JSONValue {
        let bench = try makeBench()
        var order = try order(task, in: bench, args: args)
        order.inputs[.sample] = try await bench.makeSample(of: reads, library: library)
        if !isHostSubtracted { order.inputs[.host] = nil }
        let runner = bench.makeRunner()
        await runner.start(order)
        return try await runner.end().requireResult()
    }
}
