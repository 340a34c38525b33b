import JobModel
import JobRunning
import JobStorage
import JobTasks
import Logging
import SystemPackage
import Testing

@testable import JobManagement

@Suite("Effects", .timeLimit(.minutes(6)))
struct EffectTests {
    @Test("Those of one job keep their order, those of others do not wait, and there is a bound")
    func lanes() {
        var lanes = EffectLanes()
        lanes.append(.forget("a"), of: "a")
        lanes.append(.removeLog("a"), of: "a")
        lanes.append(.forget("b"), of: "b")
        guard case .forget("a")? = lanes.begin()?.effect,
            case .forget("b")? = lanes.begin()?.effect
        else {
            Issue.record("the first of each job")
            return
        }
        #expect(lanes.begin() == nil, "the other waits for the first of its job")
        lanes.finish("a")
        guard case .removeLog("a")? = lanes.begin()?.effect else {
            Issue.record("now it may")
            return
        }
        for number in 0..<1000 {
            lanes.append(.forget("j\(number)"), of: "j\(number)")
        }
        var begun: Set<JobID> = ["a", "b"]
        while let (id, _) = lanes.begin() { begun.insert(id) }
        #expect(begun.count == EffectLanes.limit)
        while let id = begun.popFirst() {
            lanes.finish(id)
            if let (next, _) = lanes.begin() { begun.insert(next) }
        }
        #expect(lanes.begin() == nil)
    }

    private func makeManager(
        _ runner: SlowRunner,
        over store: any JobStore = InMemoryJobStore()
    ) -> JobManager {
        JobManager(
            store: store,
            runner: runner,
            tasks: CurrentTasks(Laboratory.catalogue),
            observer: Recorder(),
            machine: Resources(proc: 2, mem: 2),
            dataFolder: "/nonexistent",
            now: { Timestamp(microseconds: 0) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    @Test("A job starts while another's traces are still being cleared away")
    func slowForgetting() async throws {
        let runner = SlowRunner("forget")
        let manager = makeManager(runner)
        try await manager.begin()
        let running = Task { await manager.run() }
        #expect(await runner.next() == "sweep")
        _ = try await manager.new(.nuvs("a1"))
        #expect(await runner.next() == "start a1")
        runner.tell("a1", .ended(JobEnd(state: .complete)))
        #expect(await runner.next() == "forget a1")
        _ = try await manager.new(.nuvs("a2"))
        #expect(await runner.next() == "start a2")
        runner.goOn()
        running.cancel()
        await running.value
    }

    @Test("No job starts before the sweep has made its place free")
    func slowSweep() async throws {
        let runner = SlowRunner("sweep")
        let manager = makeManager(runner)
        try await manager.begin()
        let running = Task { await manager.run() }
        #expect(await runner.next() == "sweep")
        _ = try await manager.new(.nuvs("a1"))
        runner.goOn()
        #expect(await runner.next() == "swept")
        #expect(await runner.next() == "start a1")
        running.cancel()
        await running.value
    }
}

/// A runner that takes its time for one thing: until it is told to go on.
private final class SlowRunner: JobRunner {
    let facts: AsyncStream<JobFact>
    private let teller: AsyncStream<JobFact>.Continuation
    private let words: AsyncStream<String>
    private let speaker: AsyncStream<String>.Continuation
    private let gate: AsyncStream<Void>
    private let opener: AsyncStream<Void>.Continuation
    private let slowAction: String

    init(_ slowAction: String) {
        self.slowAction = slowAction
        (facts, teller) = AsyncStream.makeStream()
        (words, speaker) = AsyncStream.makeStream()
        (gate, opener) = AsyncStream.makeStream()
    }

    func tell(_ id: JobID, _ content: JobFact.Content) {
        teller.yield(JobFact(id: id, content: content, date: Timestamp(microseconds: 1)))
    }

    /// What the runner was told next.
    func next() async -> String? {
        var iterator = words.makeAsyncIterator()
        return await iterator.next()
    }

    func goOn() { opener.finish() }

    func start(_ order: LaunchOrder) async { speaker.yield("start \(order.id)") }
    func traces(of ids: [JobID]) async -> Set<JobID> { [] }
    func adopt(_ order: LaunchOrder) async {}
    func cancel(_ id: JobID, reason: String) async {}
    func forget(_ id: JobID) async {
        speaker.yield("forget \(id)")
        await pass("forget")
    }
    func sweep(keeping known: Set<JobID>) async -> [JobID] {
        speaker.yield("sweep")
        await pass("sweep")
        if slowAction == "sweep" { speaker.yield("swept") }
        return []
    }
    private func pass(_ action: String) async {
        if action == slowAction { for await _ in gate {} }
    }
    func renewLease(until end: ContinuousClock.Instant) async {}
    func removeLog(_ id: JobID) async {}
    func leftovers(of ids: [JobID], epoch: String, seq: Int) async -> [JobID] { [] }
}
