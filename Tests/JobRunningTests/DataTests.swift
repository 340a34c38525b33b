import Glibc
import JSON
import JobModel
import JobRunning
import JobTasks
import Synchronization
import SystemPackage
import Testing

/// A catalogue that does what a test says.
final class StubKeeper: JobDataKeeper {
    private struct State {
        var kept: [DataRecord] = []
        var discarded: [DataRecord] = []
        var problem: JobDataProblem?
        var inputs: [DataKind: DataRecord] = [:]
    }

    private let state: Mutex<State>

    init(problem: String? = nil, inputs: [DataRecord] = []) {
        state = Mutex(
            State(
                problem: problem.map { JobDataProblem($0) },
                inputs: Dictionary(uniqueKeysWithValues: inputs.map { ($0.key.kind, $0) })
            )
        )
    }

    var kept: [DataRecord] { state.withLock { $0.kept } }
    var discarded: [DataRecord] { state.withLock { $0.discarded } }

    func inputs(
        for order: LaunchOrder,
        of task: TaskDescription
    ) async throws(JobDataProblem) -> [DataKind: DataRecord] {
        let (problem, inputs) = state.withLock { ($0.problem, $0.inputs) }
        if let problem { throw problem }
        return inputs
    }

    func listedInputs(
        for order: LaunchOrder,
        of task: TaskDescription
    ) async throws(JobDataProblem) -> [DataRecord] { [] }

    func keep(_ record: DataRecord) async throws(JobDataProblem) {
        if let problem = state.withLock({ $0.problem }) { throw problem }
        state.withLock { $0.kept.append(record) }
    }

    func discard(_ record: DataRecord) async {
        state.withLock { $0.discarded.append(record) }
    }
}

@Suite("What jobs make and work on", .timeLimit(.minutes(6)))
struct DataTests {
    private static func host(by job: String = "job1") throws -> DataRecord {
        DataRecord(
            key: try #require(DataKey(.host, "peach")),
            name: "Peach",
            job: JobID(job),
            username: "tester",
            created: Timestamp(microseconds: 1_700_000_000_000_000),
            document: ["id": "peach", "count": 3]
        )
    }

    private static func text(of record: DataRecord) -> String {
        JSONValue.object(record.whole).description
    }

    /// A process that is not there any more.
    private static let gone = JournalEntry.started(
        ProcessIdentity(pid: 0x3F_FFFF, startTime: 1, bootID: "another")
    )

    /// A worker that is killed right after it has put its product into its place.
    private func killedWorker(_ bench: Bench, _ record: DataRecord) throws -> FilePath {
        try bench.write(Self.text(of: record), to: "product/record.json")
        let line = JournalEntry.kept(record).line(at: record.created)
        try bench.write(JSONValue.object(line).description + "\n", to: "kept.jsonl")
        let data = bench.folders.data
        let script = """
            #!/bin/sh
            cat '\(data)/kept.jsonl' >> "$1/journal.jsonl"
            mkdir -p '\(data)/hosts'
            mv '\(data)/product' '\(data)/hosts/peach'
            kill -9 $$
            """
        try bench.write(script, to: "worker")
        chmod("\(data)/worker", 0o755)
        return data.appending("worker")
    }

    @Test("A job whose worker is killed after its product is in place is complete")
    func killedAfterTheRename() async throws {
        let bench = try Bench(.shell("true"))
        let record = try Self.host()
        let keeper = StubKeeper()
        let runner = bench.makeRunner(worker: try killedWorker(bench, record), data: keeper)
        await runner.start(try bench.order("script"))
        let end = try await runner.end()
        #expect(end.state == .complete)
        #expect(end.error == nil)
        #expect(end.result == .object(record.document))
        #expect(keeper.kept == [record])
        #expect(
            try bench.log().contains("the worker ended without a last word, but its work was done")
        )

        // A server that comes later, and was never told that the end is durable, says the same.
        let again = StubKeeper()
        let later = bench.makeRunner(data: again)
        await later.adopt(try bench.order("script"))
        let told = try await later.end()
        #expect(told.state == .complete)
        #expect(told.result == end.result)
        #expect(again.kept == [record])
    }

    @Test("One that is killed before has made nothing")
    func killedBeforeTheRename() async throws {
        let bench = try Bench(.shell("true"))
        let keeper = StubKeeper()
        try bench.writeJournal([Self.gone, .kept(try Self.host())])
        let runner = bench.makeRunner(data: keeper)
        await runner.adopt(try bench.order("script"))
        #expect(try await runner.end().error?.cause == .lost)
        #expect(keeper.kept.isEmpty)
    }

    @Test("What another job has put there is not this one's")
    func placeOfAnother() async throws {
        let bench = try Bench(.shell("true"))
        let keeper = StubKeeper()
        try bench.write(Self.text(of: try Self.host(by: "other")), to: "hosts/peach/record.json")
        try bench.writeJournal([Self.gone, .kept(try Self.host())])
        let runner = bench.makeRunner(data: keeper)
        await runner.adopt(try bench.order("script"))
        #expect(try await runner.end().state == .error)
        #expect(keeper.kept.isEmpty)
        #expect(bench.exists("hosts/peach/record.json"))
    }

    @Test(
        "The catalogue learns of a product that a worker has told of itself",
        arguments: [true, false]
    )
    func lastWord(isAdopted: Bool) async throws {
        let bench = try Bench(.shell("true"))
        let record = try Self.host()
        let keeper = StubKeeper()
        try bench.write(Self.text(of: record), to: "hosts/peach/record.json")
        try bench.writeJournal([
            Self.gone, .kept(record), .result(.object(record.document)),
            .end(JournalEnd(state: .complete)),
        ])
        let runner = bench.makeRunner(data: isAdopted ? keeper : nil)
        await runner.adopt(try bench.order("script"))
        let end = try await runner.end()
        #expect(end.state == .complete)
        #expect(end.result == .object(record.document))
        #expect(keeper.kept == (isAdopted ? [record] : []))
    }

    @Test("A product that was removed since is not kept again")
    func removedSince() async throws {
        let bench = try Bench(.shell("true"))
        let keeper = StubKeeper()
        try bench.writeJournal([
            Self.gone, .kept(try Self.host()), .end(JournalEnd(state: .complete)),
        ])
        let runner = bench.makeRunner(data: keeper)
        await runner.adopt(try bench.order("script"))
        #expect(try await runner.end().state == .complete)
        #expect(keeper.kept.isEmpty)
    }

    @Test("A product that the catalogue will not have makes the job fail, and goes")
    func conflict() async throws {
        let bench = try Bench(.shell("true"))
        let record = try Self.host()
        try bench.write(Self.text(of: record), to: "hosts/peach/record.json")
        try bench.writeJournal([Self.gone, .kept(record), .end(JournalEnd(state: .complete))])
        for _ in 0..<2 {
            let keeper = StubKeeper(problem: "the catalogue has another host 'peach' already")
            let runner = bench.makeRunner(data: keeper)
            await runner.adopt(try bench.order("script"))
            let end = try await runner.end()
            #expect(end.state == .error)
            #expect(end.error?.message == "the catalogue has another host 'peach' already")
            #expect(end.result == nil)
            #expect(keeper.discarded == [record])
        }
        // Gone, with nobody left who knows: it stays the error that it was.
        try Files.remove(bench.folders.data.pushing("hosts/peach"))
        let runner = bench.makeRunner(data: StubKeeper())
        await runner.adopt(try bench.order("script"))
        #expect(try await runner.end().state == .error)
    }

    private func naming(_ script: String) throws -> TaskDescription {
        var task = try TaskDescription.shell(script)
        task.arguments = [ArgumentDescription(name: "host", type: .string, names: .host)]
        return task
    }

    @Test("What the arguments name stands in the worker's order")
    func inputs() async throws {
        let bench = try Bench(try naming("cp \"$2/runs/job1/job.json\" \"$2/order.json\""))
        let record = try Self.host(by: "other")
        let runner = bench.makeRunner(data: StubKeeper(inputs: [record]))
        await runner.start(try bench.order("script", args: ["host": "peach"]))
        #expect(try await runner.end().state == .complete)
        let order = try WorkerOrder(reading: bench.folders.data.appending("order.json"))
        #expect(order.launch.inputs == [.host: record])
    }

    @Test("A job that names what is not there ends with the sentence that says so")
    func missingInput() async throws {
        let bench = try Bench(try naming("true"))
        let runner = bench.makeRunner(
            data: StubKeeper(problem: "there is no host 'peach' any more")
        )
        await runner.start(try bench.order("script", args: ["host": "peach"]))
        let error = try #require(try await runner.end().error)
        #expect(error.cause == .task)
        #expect(error.message == "there is no host 'peach' any more")
        #expect(try bench.log().contains("error: there is no host 'peach' any more"))
    }
}
