import JSON
import JobManagement
import JobModel
import JobStorage
import JobTasks
import Logging
import SystemPackage
import Testing

@Suite("The end of a manager", .timeLimit(.minutes(6)))
struct EndingTests {
    @Test("It comes after all that the store was asked for, and nothing is asked later")
    func lastCommit() async throws {
        let store = UnhurriedStore()
        let manager = JobManager(
            store: store,
            runner: PuppetRunner(),
            tasks: CurrentTasks(Laboratory.catalogue),
            observer: Recorder(),
            machine: Resources(proc: 2, mem: 2),
            dataFolder: "/nonexistent",
            now: { Timestamp(microseconds: 0) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        try await manager.begin()
        let making = Task { try await manager.new(.nuvs("a1")) }
        #expect(await store.next() == "committing")
        let ending = Task {
            await manager.end()
            store.say("ended")
        }
        store.goOn()
        #expect(await store.next() == "committed")
        // The start that this has led to was decided too.
        var word = await store.next()
        while word == "committing" || word == "committed" { word = await store.next() }
        #expect(word == "ended")
        await ending.value
        _ = try await making.value
        let position = await store.inner.position()
        await #expect(throws: JobManagerError.storeUnavailable) {
            try await manager.cancel(["a1"])
        }
        #expect(await store.inner.position() == position)
    }
}

/// A store that says when it commits, and waits with that until it is told to go on.
private final class UnhurriedStore: JobStore {
    let inner = InMemoryJobStore()
    private let words: AsyncStream<String>
    private let speaker: AsyncStream<String>.Continuation
    private let gate: AsyncStream<Void>
    private let opener: AsyncStream<Void>.Continuation

    init() {
        (words, speaker) = AsyncStream.makeStream()
        (gate, opener) = AsyncStream.makeStream()
    }

    func say(_ word: String) { speaker.yield(word) }

    /// What was said next.
    func next() async -> String? {
        var iterator = words.makeAsyncIterator()
        return await iterator.next()
    }

    func goOn() { opener.finish() }

    func commit(
        _ changes: [JobChange],
        saving settings: [SettingChange]
    ) async throws(JobStoreError) -> Int {
        say("committing")
        for await _ in gate {}
        let first = try await inner.commit(changes, saving: settings)
        say("committed")
        return first
    }

    var setAside: [SetAside] { inner.setAside }
    func position() async -> StorePosition { await inner.position() }
    func changes(after position: Int, limit: Int) async -> [StoredChange] {
        await inner.changes(after: position, limit: limit)
    }
    func job(_ id: JobID) async -> Job? { await inner.job(id) }
    func jobs(after id: JobID?, limit: Int) async -> [Job] {
        await inner.jobs(after: id, limit: limit)
    }
    func find(_ query: JobQuery) async -> JobPage { await inner.find(query) }
    func setting(_ name: String) async -> JSONValue? { await inner.setting(name) }
    func save(_ value: JSONValue?, as name: String) async { await inner.save(value, as: name) }
    func close() async { await inner.close() }
}
