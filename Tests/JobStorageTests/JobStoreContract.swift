import JSON
import JobModel
import JobStorage
import Testing

@Suite("What every store promises", .timeLimit(.minutes(6)))
struct JobStoreContract {
    @Test("A new store is empty and has an epoch of its own", arguments: StoreKind.allCases)
    func empty(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let position = try await store.position()
            #expect(position.seq == 0)
            #expect(position.horizon == 0)
            #expect(!position.epoch.isEmpty)
            #expect(try await store.changes(after: 0, limit: 10).isEmpty)
            #expect(try await store.find(JobQuery()) == JobPage(jobs: [], after: nil))
            try await kind.withStore { other in
                let another = try await other.position()
                #expect(another.epoch != position.epoch)
            }
        }
    }

    @Test("Each change gets the next position, in the batch's order", arguments: StoreKind.allCases)
    func positions(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let (a, b, c) = (try makeJob("a"), try makeJob("b"), try makeJob("c"))
            #expect(try await store.commit([.insert(b), .insert(a)]) == 1)
            #expect(try await store.commit([]) == 3)
            #expect(try await store.commit([.insert(c)]) == 3)
            #expect(try await store.position().seq == 3)
            #expect(
                try await store.changes(after: 0, limit: 10) == [
                    StoredChange(seq: 1, content: .live(b)),
                    StoredChange(seq: 2, content: .live(a)),
                    StoredChange(seq: 3, content: .live(c)),
                ]
            )
        }
    }

    @Test("Only a job's newest change is told", arguments: StoreKind.allCases)
    func newestOnly(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let a = try makeJob("a")
            let running = a.moved(to: .running)
            _ = try await store.commit([.insert(a), .insert(try makeJob("b"))])
            _ = try await store.commit([.update(running)])
            let changes = try await store.changes(after: 0, limit: 10)
            #expect(changes.map(\.seq) == [2, 3])
            #expect(changes.last?.content == .live(running))
            #expect(try await store.changes(after: 2, limit: 10).map(\.seq) == [3])
            #expect(try await store.changes(after: 3, limit: 10).isEmpty)
            #expect(try await store.changes(after: 0, limit: 1).map(\.seq) == [2])
        }
    }

    @Test("A document comes back as it was", arguments: StoreKind.allCases)
    func wholeDocument(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let args: JSONObject = [
                "text": "quote \" back \\ slash / new\nline \u{0} \u{1F9EC} ÅÄÖ", "none": nil,
                "big": .integer(.max), "small": 1e-300, "list": [1, [2.5, ["deep": true]]],
            ]
            let new = try makeJob("Whole-1_x", args: args)
            let job = new.moved(to: .running).after {
                $0.record(stage: "stats", progress: 0.286, at: $0.updated + .microseconds(1))
                $0.conclude(
                    result: ["count": 3],
                    usage: ResourceUsage(cpuSeconds: 0.25, peakMemory: 1 << 33)
                )
                $0.record(
                    state: .cancelling,
                    cancellation: Cancellation(by: "ada", reason: "a \u{0} mistake"),
                    at: $0.updated + .microseconds(1)
                )
                $0.record(
                    state: .error,
                    error: JobError(cause: .outOfMemory, message: "killed", log: ["a", "b"]),
                    at: $0.updated + .microseconds(1)
                )
            }
            _ = try await store.commit([.insert(job)])
            #expect(try await store.job(job.id) == job)
            #expect(try await store.job(try makeJob("other").id) == nil)
            #expect(
                try await store.find(JobQuery()).jobs == [SyncProcessor.minimalJob(of: job)]
            )
        }
    }

    @Test("Args as deep as a message may be survive", arguments: StoreKind.allCases)
    func deepArguments(kind: StoreKind) async throws {
        try await kind.withStore { store in
            var value: JSONValue = 1
            for _ in 0..<40 { value = [value] }
            let job = try makeJob("deep", args: ["x": value])
            _ = try await store.commit([.insert(job)])
            #expect(try await store.job(job.id) == job)
        }
    }

    // MARK: Conflicts

    @Test("A conflict names the job and leaves nothing", arguments: StoreKind.allCases)
    func conflicts(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let a = try makeJob("a")
            let b = try makeJob("b")
            _ = try await store.commit([.insert(a)])
            let running = a.moved(to: .running)
            let bad: [(JobID, [JobChange])] = [
                (a.id, [.insert(b), .insert(a)]),
                (a.id, [.insert(b), .update(a)]),
                (a.id, [.insert(b), .update(running.moved(to: .complete))]),
                (a.id, [.insert(b), .remove(a.id, version: 1)]),
                (b.id, [.update(running), .update(b)]),
                (b.id, [.update(running), .remove(b.id, version: 0)]),
                (b.id, [.insert(b), .update(b.moved(to: .running))]),
                (b.id, [.insert(b), .insert(b)]),
                (a.id, [.remove(a.id, version: 0), .insert(a)]),
            ]
            for (id, changes) in bad {
                await #expect(throws: JobStoreError.conflict(id)) {
                    try await store.commit(changes)
                }
                #expect(try await store.position().seq == 1)
                #expect(try await store.job(a.id) == a)
                #expect(try await store.job(b.id) == nil)
            }
            #expect(try await store.commit([.insert(b), .update(running)]) == 2)
        }
    }

    @Test("An archived job's id is taken; a removed one's is free", arguments: StoreKind.allCases)
    func takenIDs(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let new = try makeJob("a")
            let archived = new.moved(to: .cancelled).put()
            _ = try await store.commit([.insert(new)])
            _ = try await store.commit([.update(new.moved(to: .cancelled))])
            _ = try await store.commit([.update(archived)])
            await #expect(throws: JobStoreError.conflict(new.id)) {
                try await store.commit([.insert(new)])
            }
            _ = try await store.commit([.remove(new.id, version: archived.version)])
            #expect(try await store.job(new.id) == nil)
            #expect(try await store.commit([.insert(new)]) == 5)
            #expect(
                try await store.changes(after: 0, limit: 10) == [
                    StoredChange(seq: 5, content: .live(new))
                ]
            )
        }
    }

    // MARK: What is gone

    @Test("Archived and removed jobs are told as gone", arguments: StoreKind.allCases)
    func gone(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let (a, b, c) = (try makeJob("a"), try makeJob("b"), try makeJob("c"))
            _ = try await store.commit([.insert(a), .insert(b), .insert(c)])
            let ended = a.moved(to: .cancelled)
            _ = try await store.commit([.update(ended)])
            let archived = ended.put()
            _ = try await store.commit([.update(archived), .remove(b.id, version: 0)])
            #expect(
                try await store.changes(after: 0, limit: 10) == [
                    StoredChange(seq: 3, content: .live(c)),
                    StoredChange(seq: 5, content: .gone(a.id)),
                    StoredChange(seq: 6, content: .gone(b.id)),
                ]
            )
            #expect(try await store.job(a.id) == archived, "an archived job is still kept")
            _ = try await store.commit([.remove(a.id, version: archived.version)])
            #expect(
                try await store.changes(after: 3, limit: 10) == [
                    StoredChange(seq: 6, content: .gone(b.id)),
                    StoredChange(seq: 7, content: .gone(a.id)),
                ]
            )
        }
    }

    @Test(
        "Only the newest removals are remembered, down to the horizon",
        arguments: StoreKind.allCases
    )
    func horizon(kind: StoreKind) async throws {
        try await kind.withStore(rememberedRemovals: 3) { store in
            let jobs = try (0..<6).map { try makeJob("j\($0)") }
            _ = try await store.commit(jobs.map { .insert($0) })
            for job in jobs.prefix(3) { _ = try await store.commit([.remove(job.id, version: 0)]) }
            #expect(try await store.position().horizon == 0)
            _ = try await store.commit([.remove(jobs[3].id, version: 0)])
            #expect(try await store.position().horizon == 7)
            _ = try await store.commit([
                .remove(jobs[4].id, version: 0),
                .update(jobs[5].moved(to: .cancelled)),
            ])
            _ = try await store.commit([.update(jobs[5].moved(to: .cancelled).put())])
            let position = try await store.position()
            #expect(position.seq == 13)
            #expect(position.horizon == 9)
            let changes = try await store.changes(after: 0, limit: 100)
            #expect(changes.map(\.seq) == [10, 11, 13])
            #expect(changes.last?.content == .gone(jobs[5].id))
        }
    }

    @Test("Changes come in pages that leave nothing out", arguments: StoreKind.allCases)
    func changePages(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let jobs = try (0..<300).map { try makeJob("j\($0)") }
            _ = try await store.commit(jobs.map { .insert($0) })
            _ = try await store.commit(
                jobs.filter { $0.id.rawValue.hasSuffix("3") }.map { .remove($0.id, version: 0) }
            )
            let all = try await store.changes(after: 0, limit: .max)
            #expect(all.count == 300)
            var paged: [StoredChange] = []
            while true {
                let page = try await store.changes(after: paged.last?.seq ?? 0, limit: 7)
                paged += page
                if page.count < 7 { break }
            }
            #expect(paged == all)
        }
    }

    // MARK: Concurrency

    @Test("Concurrent commits each get positions of their own", arguments: StoreKind.allCases)
    func concurrent(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let firsts = try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for index in 0..<200 {
                    group.addTask {
                        let pair = try [makeJob("a\(index)"), makeJob("b\(index)")]
                        return (try await store.commit(pair.map { .insert($0) }), "\(index)")
                    }
                }
                return try await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
            }
            #expect(firsts.keys.sorted() == Array(stride(from: 1, to: 400, by: 2)))
            let changes = try await store.changes(after: 0, limit: 1000)
            #expect(changes.map(\.seq) == Array(1...400))
            for change in changes {
                guard case .live(let job) = change.content else {
                    Issue.record("\(change) is not live")
                    continue
                }
                let (letter, place) = change.seq % 2 == 1 ? ("a", 0) : ("b", 1)
                #expect(job.id.rawValue == letter + (firsts[change.seq - place] ?? ""))
            }
        }
    }

    @Test("Of many who race for a version one wins", arguments: StoreKind.allCases)
    func race(kind: StoreKind) async throws {
        try await kind.withStore { store in
            var job = try makeJob("a")
            _ = try await store.commit([.insert(job)])
            for _ in 0..<20 {
                let next = job.moved(to: .running)
                let wins = await withTaskGroup(of: Bool.self) { group in
                    for _ in 0..<8 {
                        group.addTask { (try? await store.commit([.update(next)])) != nil }
                    }
                    return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                #expect(wins == 1)
                job = next
            }
            #expect(try await store.job(job.id) == job)
            #expect(try await store.position().seq == 21)
        }
    }

    @Test("What was committed is seen by every later call", arguments: StoreKind.allCases)
    func readsOwnWrites(kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<20 {
                    group.addTask {
                        let job = try makeJob("j\(index)")
                        let seq = try await store.commit([.insert(job)])
                        #expect(try await store.job(job.id) == job)
                        #expect(try await store.position().seq >= seq)
                        let changes = try await store.changes(after: seq - 1, limit: 1)
                        #expect(changes == [StoredChange(seq: seq, content: .live(job))])
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("A cancelled task's commit is made and answered", arguments: StoreKind.allCases)
    func cancelledTask(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let job = try makeJob("a")
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return (try await store.commit([.insert(job)]), try await store.job(job.id))
            }
            let (seq, found) = try await task.value
            #expect(seq == 1)
            #expect(found == job)
        }
    }

    // MARK: Settings

    @Test("Settings are committed with jobs, or none of it is", arguments: StoreKind.allCases)
    func committedSettings(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let job = try makeJob("a")
            let first = try await store.commit(
                [.insert(job)],
                saving: [SettingChange("x", to: 1), SettingChange("y", to: ["z": nil])]
            )
            #expect(first == 1)
            #expect(try await store.setting("x") == 1)
            #expect(try await store.setting("y") == ["z": nil])
            await #expect(throws: JobStoreError.conflict(job.id)) {
                try await store.commit([.insert(job)], saving: [SettingChange("x", to: 2)])
            }
            #expect(try await store.setting("x") == 1)
            let next = try await store.commit(
                [],
                saving: [
                    SettingChange("y", to: 2), SettingChange("x", to: 3),
                    SettingChange("x", to: 4), SettingChange("y", to: nil),
                ]
            )
            #expect(next == 2, "a setting has no position in the history")
            #expect(try await store.setting("x") == 4, "the last one counts")
            #expect(try await store.setting("y") == nil)
            #expect(try await store.position().seq == 1)
            #expect(try await store.commit([.update(job.moved(to: .running))]) == 2)
        }
    }

    @Test("Settings of many at once are all kept", arguments: StoreKind.allCases)
    func concurrentSettings(kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await withThrowingTaskGroup { group in
                for number in 0..<50 {
                    group.addTask {
                        let change = SettingChange("s\(number)", to: .integer(number))
                        let jobs = number.isMultiple(of: 2) ? [try makeJob("j\(number)")] : []
                        _ = try await store.commit(jobs.map { .insert($0) }, saving: [change])
                    }
                }
                try await group.waitForAll()
            }
            for number in 0..<50 {
                #expect(try await store.setting("s\(number)") == .integer(number))
            }
            #expect(try await store.position().seq == 25)
        }
    }

    @Test("Settings are saved, replaced and forgotten", arguments: StoreKind.allCases)
    func settings(kind: StoreKind) async throws {
        try await kind.withStore { store in
            #expect(try await store.setting("limits") == nil)
            try await store.save(["add_host": 2, "nuvs": nil], as: "limits")
            try await store.save("x", as: "other ' name")
            #expect(try await store.setting("limits") == ["add_host": 2, "nuvs": nil])
            try await store.save(["add_host": 3], as: "limits")
            #expect(try await store.setting("limits") == ["add_host": 3])
            try await store.save(nil, as: "limits")
            #expect(try await store.setting("limits") == nil)
            #expect(try await store.setting("other ' name") == "x")
            #expect(try await store.position().seq == 0, "a setting is no change of a job")
        }
    }
}
