import JSON
import JobModel
import JobStorage
import Synchronization
import Testing

@Suite("A copy of a store", .timeLimit(.minutes(6)))
struct StoreCopyTests {
    /// Jobs of every kind: waiting, running, ended, archived.
    static func fill(_ store: any JobStore & DataStore, count: Int) async throws {
        let jobs = try (0..<count).map { number in
            let job = try makeJob(
                "j\(number * 7919 % 1000)",
                at: dawn + .microseconds(number),
                args: ["file": .string("x\(number).fa"), "list": [1, 2.5, nil, ["b": 1, "a": 2]]]
            )
            return switch number % 4 {
            case 0: job
            case 1: job.moved(to: .running)
            case 2:
                job.moved(to: .running).moved(to: .complete).after {
                    $0.conclude(
                        result: ["nodes": .integer(number)],
                        usage: ResourceUsage(cpuSeconds: 0.5, peakMemory: number)
                    )
                }
            default: job.moved(to: .running).moved(to: .cancelled).put(away: 2)
            }
        }
        _ = try await store.commit(jobs.map { .insert($0) })
        try await store.save(["add_host": 2, "naps": nil], as: "task_limits")
        let host = try record(.host, "h\(count)")
        try await store.insert(host)
        for number in 0..<count / 5 {
            let document: JSONObject = ["list": [1, 2.5, nil, ["b": 1, "a": 2]]]
            try await store.insert(
                try record(.sample, "s\(number)", uses: [host.key], document: document)
            )
        }
    }

    static func copy(
        _ source: any JobStore & DataStore,
        _ target: any JobStore & DataStore,
        pageSize: Int = 7
    ) async throws(StoreCopyError) -> StoreCopy.Report {
        try await StoreCopy(
            from: source,
            to: target,
            settings: [StoreCopy.Setting("task_limits", as: "task_limits")],
            name: "the test",
            pageSize: pageSize
        ).run()
    }

    static func expectSame(
        _ source: any JobStore & DataStore,
        _ target: any JobStore & DataStore
    ) async throws {
        let jobs = try await source.jobs(after: nil, limit: 1000)
        #expect(try await target.jobs(after: nil, limit: 1000) == jobs)
        for kind in DataKind.allCases {
            let records = try await source.records(of: kind, after: nil, limit: 1000)
            #expect(try await target.records(of: kind, after: nil, limit: 1000) == records)
        }
        #expect(
            try await target.setting("task_limits") == (try await source.setting("task_limits"))
        )
        #expect(try await StoreCopy.isUnfinished(in: target) == false)
    }

    @Test(
        "Holds every job and setting, and made again it has nothing to do",
        arguments: StoreKind.allCases,
        StoreKind.allCases
    )
    func whole(from: StoreKind, to: StoreKind) async throws {
        try await from.withStore { source in
            try await to.withStore { target in
                try await Self.fill(source, count: 50)
                let report = try await Self.copy(source, target)
                #expect(report.jobs == 50)
                #expect(report.written == 50)
                #expect(report.records == 11)
                #expect(report.recordsWritten == 11)
                try await Self.expectSame(source, target)
                let again = try await Self.copy(source, target)
                #expect(again.written + again.recordsWritten == 0)
                #expect(again.digest == report.digest)
                let live = try await target.changes(after: 0, limit: 100).filter {
                    if case .live = $0.content { true } else { false }
                }
                #expect(live.count == 38, "what is archived is not in the live set")
                let back = try await Self.copy(target, source)
                #expect(back.written == 0)
            }
        }
    }

    @Test(
        "Is finished by repeating, wherever it was cut off",
        arguments: 0..<8,
        [InMemoryJobStore.Failure.before, .after]
    )
    func interrupted(commits: Int, failure: InMemoryJobStore.Failure) async throws {
        let (source, target) = (InMemoryJobStore(), InMemoryJobStore())
        try await Self.fill(source, count: 50)
        // The last that succeeds is followed by the one that is made to fail.
        let store = CountedStore(inner: target) {
            if $0 == commits { target.failNextCommit(failure) }
        }
        await #expect(throws: StoreCopyError.self) { try await Self.copy(source, store) }
        #expect(try await StoreCopy.isUnfinished(in: target))
        let arrived = await target.jobs(after: nil, limit: 100).count
        let report = try await Self.copy(source, target)
        #expect(report.jobs == 50)
        #expect(report.written == 50 - arrived)
        try await Self.expectSame(source, target)
    }

    @Test("Is finished by repeating when it was cut off among the records", arguments: 0..<11)
    func interruptedAmongRecords(writes: Int) async throws {
        let (source, target) = (InMemoryJobStore(), InMemoryJobStore())
        try await Self.fill(source, count: 50)
        let count = Mutex(0)
        let store = CountedStore(
            inner: target,
            willReplace: { _ throws(DataStoreError) in
                let number = count.withLock { count in
                    defer { count += 1 }
                    return count
                }
                if number == writes { throw .unavailable("made to fail") }
            }
        )
        await #expect(throws: StoreCopyError.self) { try await Self.copy(source, store) }
        #expect(try await StoreCopy.isUnfinished(in: target))
        // What is removed and made meanwhile is followed.
        let sample = try #require(DataKey(.sample, "s0"))
        await source.remove(sample)
        try await source.insert(try record(.sample, "s90"))
        let report = try await Self.copy(source, target)
        #expect(report.records == 11)
        try await Self.expectSame(source, target)
    }

    @Test("Is not called finished when the target gives back another record")
    func falsifiedRecord() async throws {
        let (source, target) = (InMemoryJobStore(), InMemoryJobStore())
        try await Self.fill(source, count: 10)
        let store = CountedStore(
            inner: target,
            changingRecord: { record in
                var record = record
                record.name += "!"
                return record
            }
        )
        await #expect(throws: StoreCopyError.self) { try await Self.copy(source, store) }
        #expect(try await StoreCopy.isUnfinished(in: target))
    }

    @Test("Follows what has changed in the source since it was cut off")
    func changedSource() async throws {
        let (source, target) = (InMemoryJobStore(), InMemoryJobStore())
        try await Self.fill(source, count: 40)
        let store = CountedStore(
            inner: target,
            willCommit: { if $0 == 4 { target.failNextCommit(.after) } }
        )
        await #expect(throws: StoreCopyError.self) { try await Self.copy(source, store) }
        let jobs = await source.jobs(after: nil, limit: 1000)
        let waiting = try #require(jobs.first { $0.state == .waiting })
        let complete = try #require(jobs.first { $0.state == .complete })
        _ = try await source.commit([
            .update(waiting.moved(to: .running)), .insert(try makeJob("a0")),
            .insert(try makeJob("z9")), .remove(complete.id, version: complete.version),
        ])
        await source.save(["naps": 1], as: "task_limits")
        #expect(try await Self.copy(source, target).jobs == 41)
        try await Self.expectSame(source, target)
    }

    @Test("Leaves a target alone that holds anything else")
    func occupied() async throws {
        let (source, other) = (InMemoryJobStore(), InMemoryJobStore())
        try await Self.fill(source, count: 10)
        try await Self.fill(other, count: 3)
        let (jobs, settings) = (InMemoryJobStore(), InMemoryJobStore())
        try await Self.fill(jobs, count: 9)
        await settings.save(["naps": 1], as: "task_limits")
        let records = InMemoryJobStore()
        try await records.insert(try record(.host, "other"))
        for target in [jobs, settings, records] {
            let before = await target.position()
            await #expect(throws: StoreCopyError.occupied) {
                try await Self.copy(source, target)
            }
            #expect(await target.position() == before)
            #expect(try await StoreCopy.isUnfinished(in: target) == false)
        }
        await #expect(throws: StoreCopyError.sameStore) { try await Self.copy(source, source) }

        let partial = InMemoryJobStore()
        partial.failNextCommit(.before)
        await #expect(throws: StoreCopyError.self) { try await Self.copy(source, partial) }
        await #expect(throws: StoreCopyError.otherCopy) { try await Self.copy(other, partial) }
        #expect(try await Self.copy(source, partial).jobs == 10)
    }

    @Test("Is not called finished when the target gives back anything else")
    func falsified() async throws {
        let (source, target) = (InMemoryJobStore(), InMemoryJobStore())
        try await Self.fill(source, count: 10)
        let store = CountedStore(inner: target, changing: { $0.archived ? $0 : $0.put(away: 1) })
        let error = await #expect(throws: StoreCopyError.self) {
            try await Self.copy(source, store)
        }
        guard case .different(let sent, let arrived) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(sent.jobs == arrived.jobs)
        #expect(sent.description != arrived.description)
        #expect(try await StoreCopy.isUnfinished(in: target))
    }

    @Test("Keeps servers from a store that they share, and is kept from it by them")
    func lease() async throws {
        let time = Mutex(ContinuousClock.now)
        let target = InMemorySharedStore(now: { time.withLock { $0 } })
        let source = InMemoryJobStore()
        try await Self.fill(source, count: 30)
        let claim = LeaseClaim(
            server: "s1",
            machine: Resources(proc: 1, mem: 1),
            duration: .seconds(6),
            term: nil
        )
        let term = try await target.claimLease(claim).term
        await #expect(throws: StoreCopyError.inUse(.target, server: "s1")) {
            try await Self.copy(source, target)
        }
        #expect(await target.jobs.jobs(after: nil, limit: 1).isEmpty)
        try await target.releaseLease(term: term)

        // The copy is stopped for longer than its lease holds, and a server begins to lead.
        let server = target.handle()
        let slow = CountedStore(
            inner: source,
            willRead: {
                time.withLock { $0 += .seconds(7) }
                _ = try? await server.claimLease(claim)
            }
        )
        await #expect(throws: StoreCopyError.inUse(.target, server: "s1")) {
            try await Self.copy(slow, target)
        }
        #expect(await target.jobs.jobs(after: nil, limit: 1).isEmpty)

        time.withLock { $0 += .seconds(7) }
        #expect(try await Self.copy(source, target).jobs == 30)
        #expect(try await server.claimLease(claim).owner == "s1", "it has let go at its end")
    }

    @Test("The digest does not depend on the order of members, and on all else it does")
    func digest() async throws {
        func digest(_ args: JSONObject) async throws -> String {
            let (source, target) = (InMemoryJobStore(), InMemoryJobStore())
            _ = try await source.commit([.insert(try makeJob("a", args: args))])
            return try await Self.copy(source, target).digest
        }
        let usual = try await digest(["a": 1, "b": ["c": 2, "d": 3]])
        #expect(try await digest(["b": ["d": 3, "c": 2], "a": 1]) == usual)
        #expect(try await digest(["a": 1, "b": ["c": 2, "d": 4]]) != usual)
        #expect(try await digest(["a": 1, "b": ["c": 2, "d": "3"]]) != usual)
    }
}

/// Counts commits, and may falsify what is inserted.
private struct CountedStore: JobStore, DataStore {
    let inner: InMemoryJobStore
    let counter = Counter()
    let willCommit: @Sendable (Int) -> Void
    let willRead: @Sendable () async -> Void
    let changing: @Sendable (Job) -> Job
    let changingRecord: @Sendable (DataRecord) -> DataRecord
    let willReplace: @Sendable (DataRecord) async throws(DataStoreError) -> Void

    final class Counter: Sendable {
        private let value = Mutex(0)
        func next() -> Int {
            value.withLock { count in
                defer { count += 1 }
                return count
            }
        }
    }

    init(
        inner: InMemoryJobStore,
        willCommit: @escaping @Sendable (Int) -> Void = { _ in },
        willRead: @escaping @Sendable () async -> Void = {},
        changing: @escaping @Sendable (Job) -> Job = { $0 },
        changingRecord: @escaping @Sendable (DataRecord) -> DataRecord = { $0 },
        willReplace: @escaping @Sendable (DataRecord) async throws(DataStoreError) -> Void = { _ in
        }
    ) {
        self.inner = inner
        self.willCommit = willCommit
        self.willRead = willRead
        self.changing = changing
        self.changingRecord = changingRecord
        self.willReplace = willReplace
    }

    func commit(
        _ changes: [JobChange],
        saving settings: [SettingChange]
    ) async throws(JobStoreError) -> Int {
        willCommit(counter.next())
        return try await inner.commit(
            changes.map { change in
                if case .insert(let job) = change { .insert(changing(job)) } else { change }
            },
            saving: settings
        )
    }

    func position() async -> StorePosition { await inner.position() }
    func changes(after position: Int, limit: Int) async -> [StoredChange] {
        await inner.changes(after: position, limit: limit)
    }
    func job(_ id: JobID) async -> Job? { await inner.job(id) }
    func jobs(after id: JobID?, limit: Int) async -> [Job] {
        await willRead()
        return await inner.jobs(after: id, limit: limit)
    }
    func find(_ query: JobQuery) async -> JobPage { await inner.find(query) }
    func setting(_ name: String) async -> JSONValue? { await inner.setting(name) }
    func save(_ value: JSONValue?, as name: String) async { await inner.save(value, as: name) }
    func close() async {}

    func record(_ key: DataKey) async -> DataRecord? { await inner.record(key) }
    func records(of kind: DataKind, after id: String?, limit: Int) async -> [DataRecord] {
        await inner.records(of: kind, after: id, limit: limit)
    }
    func heads(of kind: DataKind, after id: String?, limit: Int) async -> [DataRecord] {
        await inner.heads(of: kind, after: id, limit: limit)
    }

    func users(of key: DataKey) async -> [DataRecord] { await inner.users(of: key) }
    func insert(_ record: DataRecord) async throws(DataStoreError) {
        try await inner.insert(record)
    }
    func replace(_ record: DataRecord) async throws(DataStoreError) {
        try await willReplace(record)
        await inner.replace(changingRecord(record))
    }
    func remove(_ key: DataKey) async { await inner.remove(key) }
}
