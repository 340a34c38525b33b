import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

/// A data set whose host, index and sample were made by jobs, once for all tests of a run.
final class PreparedData: Sendable {
    let set: DataSet
    /// The data folder in which they were made.
    let bench: Bench
    /// The ends of the jobs that made them, by their tasks.
    let ends: [String: JobEnd]
    let inputs: [DataKind: DataRecord]

    static let paired = Task {
        try await PreparedData(try await DataSet(seed: 11, layout: "paired"))
    }
    static let single = Task {
        try await PreparedData(try await DataSet(seed: 12, layout: "single"))
    }
    static let healthy = Task {
        try await PreparedData(
            try await DataSet(seed: 13, layout: "paired", healthy: true, fragments: 3000)
        )
    }
    /// One virus, in a strain that is far from all isolates.
    static let strain = Task {
        try await PreparedData(
            try await DataSet(
                seed: 15,
                layout: "paired",
                healthy: true,
                fragments: 2000,
                challenges: ["--strain", "81", "--depth", "20"]
            )
        )
    }
    /// A viroid, and a strain that is nine tenths identical to its nearest isolate.
    static let viroid = Task {
        try await PreparedData(
            try await DataSet(
                seed: 16,
                layout: "paired",
                healthy: true,
                fragments: 1500,
                challenges: ["--viroid", "--strain", "90", "--depth", "20"]
            )
        )
    }
    /// As small as can be, with something for every stage to do.
    static let small = Task {
        try await PreparedData(try await DataSet(seed: 14, layout: "paired", fragments: 1500))
    }

    /// The large data set of a layout, `paired` or `single`.
    static func of(_ layout: String) async throws -> PreparedData {
        try await layout == "paired" ? paired.value : single.value
    }

    private init(_ set: DataSet) async throws {
        self.set = set
        // It lives as long as the process, and goes with the data set's folder.
        bench = try Bench(data: set.folder.appending("prepared"))
        let data = bench.folders.data
        try Self.linkRaw(set, into: data)
        try Files.makeFolder(data.pushing("references/viruses"))
        try Files.write(
            JSONValue.object(set.reference()).encoded,
            to: data.pushing("references/viruses/reference.json")
        )
        var inputs: [DataKind: DataRecord] = [
            .reference: DataRecord(
                key: try #require(DataKey(.reference, "viruses")),
                name: "Viruses",
                username: "tester",
                created: .present
            )
        ]
        var ends: [String: JobEnd] = [:]
        for (task, kind, args) in Self.jobs(set) {
            var order = try bench.order(task, id: task, args: args, proc: 2)
            order.inputs = inputs
            let runner = bench.makeRunner()
            await runner.start(order)
            let end = try await runner.end()
            ends[task] = end
            guard end.state == .complete else {
                throw TestFailure(
                    description: "\(task): \(end.error?.message ?? "") \(end.error?.log ?? [])"
                )
            }
            inputs[kind] = try Self.record(of: kind, task, in: data, end)
        }
        self.inputs = inputs
        self.ends = ends
    }

    private static func jobs(_ set: DataSet) -> [(String, DataKind, JSONObject)] {
        [
            ("add_host", .host, ["_id": "host", "file": .string(DataSet.host)]),
            ("rebuild_index", .index, ["reference": "viruses"]),
            (
                "create_sample", .sample,
                [
                    "_id": "sample", "name": "A sample", "subtraction": "host",
                    "files": .array(set.reads.map { .string($0) }),
                ]
            ),
        ]
    }

    private static func record(
        of kind: DataKind,
        _ task: String,
        in data: FilePath,
        _ end: JobEnd
    ) throws -> DataRecord {
        let folder = data.appending(kind.plural)
        let id = try #require(try Files.names(in: folder).first)
        let file = folder.appending(id).appending(TaskContext.recordFile)
        let record = try #require(DataRecord(whole: try JSONValue(parsing: Files.read(file))))
        #expect(record.job?.rawValue == task)
        #expect(JSONValue.object(record.document) == end.result)
        return record
    }

    /// Links the raw files of a data set into a data folder, to where arguments name them.
    static func linkRaw(_ set: DataSet, into data: FilePath) throws {
        // Copies, for no link may lead out of the data folder.
        for path in set.reads + [DataSet.host, DataSet.profiles] {
            let target = data.pushing(FilePath(path))
            try Files.makeFolder(target.removingLastComponent())
            try Files.write(try Files.read(set.folder.pushing(FilePath(path))), to: target)
        }
    }

    /// A data folder that has all of it, for one test to work in.
    func makeBench() throws -> Bench {
        let bench = try Bench()
        try fill(bench)
        return bench
    }

    /// Puts all of it into a data folder.
    func fill(_ bench: Bench) throws {
        try Self.linkRaw(set, into: bench.folders.data)
        for record in inputs.values {
            let kind = bench.folders.data.appending(record.key.kind.plural)
            try Files.makeFolder(kind)
            try Files.link(
                kind.appending(record.key.id),
                to: self.bench.folders.data.pushing(FilePath(record.key.path))
            )
        }
    }

    /// The order of a job that makes something new of it.
    func order(_ task: String, in bench: Bench, args: JSONObject = [:]) throws -> LaunchOrder {
        var all: JSONObject = ["reference": "viruses"]
        switch task {
        case "rebuild_index": break
        case "create_sample":
            all = [
                "_id": "other", "name": "Another", "subtraction": "host",
                "files": .array(set.reads.map { .string($0) }),
            ]
        case "nuvs":
            all["sample_id"] = "sample"
            all["profiles"] = .string(DataSet.profiles)
        default: all["sample_id"] = "sample"
        }
        var order = try bench.order(task, args: all.merging(args) { $1 }, proc: 2)
        order.inputs = inputs
        return order
    }

    /// Runs an analysis to its end in a data folder of its own.
    func analyse(_ task: String, args: JSONObject = [:]) async throws -> (Bench, [JobFact]) {
        let bench = try makeBench()
        let runner = bench.makeRunner()
        await runner.start(try order(task, in: bench, args: args))
        return (bench, await runner.facts())
    }
}

// Suites of analyses are serialized: their tools would keep the cores from all other tests.

/// Whether all that the built-in tasks call is installed, and what makes data sets.
let hasAllTools =
    Tools.missing(
        among: BuiltInTasks.all.flatMap { $0.tools } + ["hmmbuild", "python3"]
    ) == nil

extension JobEnd {
    /// The result of a job that is expected to have one.
    func requireResult() throws -> JSONValue {
        #expect(error == nil, "\(error?.message ?? "") \(error?.log ?? [])")
        return try #require(result)
    }
}
