import Foundation
import JSON
import JobModel

/// Makes data, runs everything through a server, and compares what comes of it with the truth.
struct ValidationRun {
    let plan: ValidationPlan
    let tasks: [String]
    let server: ThrowAwayServer
    let maker: DataSetMaker
    let jobs: ValidationJobs
    /// Called with what is being done, for a line of progress, and whether a batch begins with it.
    let tell: (_ what: String, _ isNew: Bool) -> Void

    private(set) var outcomes = ValidationOutcomes()
    /// The versions of all tools that were used.
    private(set) var tools: [String: String] = [:]

    init(
        _ plan: ValidationPlan,
        tasks: [String],
        server: ThrowAwayServer,
        interrupt: ValidationInterrupt,
        tell: @escaping (_ what: String, _ isNew: Bool) -> Void
    ) throws(CommandFailure) {
        self.plan = plan
        self.tasks = tasks
        self.server = server
        self.tell = tell
        maker = try DataSetMaker(interrupt: interrupt)
        jobs = ValidationJobs(access: server.access, interrupt: interrupt)
    }

    /// Does it all.
    ///
    /// - Throws: What makes it impossible; an analysis that fails does not.
    mutating func run() async throws(CommandFailure) {
        for batch in plan.batches { try await run(batch) }
    }

    private mutating func run(_ batch: ValidationPlan.Batch) async throws(CommandFailure) {
        let place = "batch \(batch.number) of \(plan.batches.count) (\(batch.library.rawValue))"
        let tell = tell
        func say(_ what: String) { tell("\(place): \(what)", false) }
        tell("\(place): making reads", true)
        let folder = "\(server.data)/\(batch.name)"
        let samples = try await maker.make(batch, in: folder)
        try await prepare(batch, folder, say)
        let failures = try await makeSamples(samples, of: batch, say)
        // What is kept of the reads is in the samples.
        try? FileManager.default.removeItem(atPath: folder + "/watch")
        for task in tasks {
            try await analyse(samples, of: batch, by: task, failures, say)
        }
        try await forget(samples.indices.map { Self.id(batch, $0) })
    }

    /// Removes samples with their analyses: their reads would fill the disk.
    private func forget(_ samples: [String]) async throws(CommandFailure) {
        let connection = try await server.access.connect()
        for id in samples {
            let params: JSONObject = ["kind": "sample", "_id": .string(id), "all": true]
            // One that could not be made is not there.
            _ = try? await connection.call("data.remove", params)
        }
        await connection.close()
    }

    /// Brings the reference along and indexes it, and the host.
    private func prepare(
        _ batch: ValidationPlan.Batch,
        _ folder: String,
        _ say: @escaping (String) -> Void
    ) async throws(CommandFailure) {
        say("indexing")
        let connection = try await server.access.connect()
        _ = try await connection.importReference(
            ReferenceFiles(folder + "/db"),
            id: batch.name,
            name: batch.name
        )
        await connection.close()
        let host = "\(batch.name)/data/reference/hosts/fasta/synthetic_host.fa"
        let orders = [
            ValidationJobs.Order(
                "\(batch.name)_index",
                "rebuild_index",
                ["reference": .string(batch.name)]
            ),
            ValidationJobs.Order(
                "\(batch.name)_host",
                "add_host",
                ["_id": .string(batch.name), "file": .string(host)]
            ),
        ]
        for (id, end) in try await jobs.run(orders, told: { _ in }) {
            if case .failed(let reason) = end {
                throw CommandFailure(.failed, "the job \(id) ended in error: \(reason)")
            }
        }
    }

    private static func id(_ batch: ValidationPlan.Batch, _ sample: Int) -> String {
        "\(batch.name)_s\(sample + 1)"
    }

    /// Makes samples of the raw reads.
    ///
    /// - Returns: Why some could not be made, by their places.
    private func makeSamples(
        _ samples: [SampleTruth],
        of batch: ValidationPlan.Batch,
        _ say: @escaping (String) -> Void
    ) async throws(CommandFailure) -> [Int: String] {
        let orders = samples.enumerated().map { number, sample in
            ValidationJobs.Order(
                Self.id(batch, number),
                "create_sample",
                [
                    "_id": .string(Self.id(batch, number)), "name": .string(sample.name),
                    "files": .array(sample.files.map { .string("\(batch.name)/watch/\($0)") }),
                    "subtraction": .string(batch.name),
                    "library_type": .string(sample.libraryType),
                ]
            )
        }
        let ends = try await jobs.run(orders) { say("trimming, \($0) of \(orders.count)") }
        var failures: [Int: String] = [:]
        for (number, order) in orders.enumerated() {
            if case .failed(let reason) = ends[order.id] { failures[number] = reason }
        }
        return failures
    }

    /// Analyses all samples, those of the first batches of each library twice.
    private mutating func analyse(
        _ samples: [SampleTruth],
        of batch: ValidationPlan.Batch,
        by task: String,
        _ failures: [Int: String],
        _ say: @escaping (String) -> Void
    ) async throws(CommandFailure) {
        // It aligns no reads of less than 24 bases, and says so.
        if task == "pathoscope_snap", batch.library == .smallRNA { return }
        let isRepeated = batch.number <= ValidationPlan.libraries.count
        let suffixes = isRepeated ? ["", "_again"] : [""]
        let orders = samples.indices.filter { failures[$0] == nil }.flatMap { number in
            suffixes.map { suffix in
                ValidationJobs.Order(
                    "\(Self.id(batch, number))_\(task)\(suffix)",
                    task,
                    [
                        "sample_id": .string(Self.id(batch, number)),
                        "reference": .string(batch.name),
                    ]
                )
            }
        }
        let ends = try await jobs.run(orders) { say("\(task), \($0) of \(orders.count)") }
        func end(_ number: Int, _ suffix: String) -> ValidationJobs.End? {
            let name = "\(Self.id(batch, number))_\(task)\(suffix)"
            return JobID(name).flatMap { ends[$0] }
        }
        var analysed: [AnalysedSample] = []
        for (number, truth) in samples.enumerated() {
            var failure = failures[number]
            var result: JSONValue?
            switch end(number, "") {
            case .complete(let value): result = value
            case .failed(let reason): failure = reason
            case nil: break
            }
            var isAlike: Bool?
            if isRepeated, let result {
                if case .complete(let again) = end(number, "_again") {
                    isAlike = Self.comparable(result).encoded == Self.comparable(again).encoded
                } else {
                    isAlike = false
                }
            }
            for (tool, version) in result?["tools"]?.objectValue ?? [:] {
                tools[tool] = version.stringValue
            }
            analysed.append(
                AnalysedSample(
                    batch: batch,
                    truth: truth,
                    task: task,
                    findings: result.map { ReportedVirus.all(in: $0) },
                    failure: failure,
                    isRepeated: isAlike
                )
            )
        }
        outcomes.add(analysed)
    }

    /// A result without the analysis's own id.
    private static func comparable(_ result: JSONValue) -> JSONValue {
        guard case .object(let members) = result else { return result }
        return .object(members.filter { $0.key != "id" })
    }
}
