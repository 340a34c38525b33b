import JSON
import JobModel
import JobStorage
import Testing

@Suite("What stores promise to servers that share one", .timeLimit(.minutes(6)))
struct SharedStoreContract {
    // MARK: Commits

    @Test("A feed tells what every server commits, in order and once", arguments: kinds)
    func order(kind: SharedStoreKind) async throws {
        try await kind.withStores(2) { stores in
            let (here, there) = (stores[0], stores[1])
            _ = try await here.commit([.insert(try makeJob("before"))])
            try await there.withFeed { feed in
                let (a, b) = (try makeJob("a"), try makeJob("b"))
                let running = a.moved(to: .running)
                let ended = running.moved(to: .complete)
                _ = try await here.commit([.insert(b), .insert(a)])
                #expect(
                    try await feed.events(upTo: 3) == [
                        .committed(
                            [
                                StoredChange(seq: 2, content: .live(b)),
                                StoredChange(seq: 3, content: .live(a)),
                            ],
                            upTo: 3
                        )
                    ]
                )
                _ = try await there.commit([.update(running)])
                #expect(
                    try await feed.events(upTo: 4) == [
                        .committed([StoredChange(seq: 4, content: .live(running))], upTo: 4)
                    ]
                )
                _ = try await here.commit([.update(ended), .remove(b.id, version: 0)])
                #expect(
                    try await feed.events(upTo: 6) == [
                        .committed(
                            [
                                StoredChange(seq: 5, content: .live(ended)),
                                StoredChange(seq: 6, content: .gone(b.id)),
                            ],
                            upTo: 6
                        )
                    ]
                )
                _ = try await there.commit([.update(ended.put())])
                #expect(
                    try await feed.events(upTo: 7) == [
                        .committed([StoredChange(seq: 7, content: .gone(a.id))], upTo: 7)
                    ]
                )
            }
        }
    }

    @Test("A feed that is opened before the snapshot misses nothing", arguments: kinds)
    func nothingBetween(kind: SharedStoreKind) async throws {
        try await kind.withStores(2) { stores in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, store) in stores.enumerated() {
                    for lane in 0..<3 {
                        group.addTask { try await Self.live(in: store, name: "s\(index)-\(lane)") }
                    }
                }
                // Somewhere in the middle of all that.
                while try await stores[0].position().seq < 60 { await Task.yield() }
                try await stores[1].withFeed { feed in
                    var view = JobView()
                    let start = try await stores[1].position().seq
                    view.apply(try await stores[1].changes(after: 0, limit: .max))
                    while try await stores[0].position().seq < start + 60 { await Task.yield() }
                    group.cancelAll()
                    try await group.waitForAll()
                    let end = try await stores[0].position().seq
                    let events = try await feed.events(upTo: end)
                    let marks = events.compactMap(\.upTo)
                    #expect(marks == marks.sorted(), "commits are told in their order")
                    #expect(Set(marks).count == marks.count, "and each of them once")
                    for event in events { view.apply(event.changes) }
                    var truth = JobView()
                    truth.apply(try await stores[0].changes(after: 0, limit: .max))
                    #expect(view.jobs == truth.jobs)
                }
            }
        }
    }

    /// Makes jobs, and lets them run, end, be archived or removed, until the task is cancelled.
    private static func live(in store: any SharedJobStore, name: String) async throws {
        for index in 0... {
            await Task.yield()
            if Task.isCancelled { return }
            let job = try makeJob("\(name)-\(index)")
            _ = try await store.commit([.insert(job)])
            let running = job.moved(to: .running)
            _ = try await store.commit([.update(running)])
            let ended = running.moved(to: .complete)
            switch index % 4 {
            case 0: continue
            case 1: _ = try await store.commit([.update(ended)])
            case 2:
                _ = try await store.commit([.update(ended)])
                _ = try await store.commit([.update(ended.put())])
            default: _ = try await store.commit([.remove(job.id, version: running.version)])
            }
        }
    }

    @Test("Servers that commit at once share one count without gaps", arguments: kinds)
    func concurrentCommits(kind: SharedStoreKind) async throws {
        try await kind.withStores(2) { stores in
            let firsts = try await withThrowingTaskGroup(of: Int.self) { group in
                for index in 0..<120 {
                    group.addTask {
                        let pair = try [makeJob("a\(index)"), makeJob("b\(index)")]
                        return try await stores[index % 2].commit(pair.map { .insert($0) })
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(firsts.sorted() == Array(stride(from: 1, to: 240, by: 2)))
            let changes = try await stores[0].changes(after: 0, limit: .max)
            #expect(changes.map(\.seq) == Array(1...240))
        }
    }

    @Test("Of calls that are committed together each is judged alone", arguments: kinds)
    func judgedAlone(kind: SharedStoreKind) async throws {
        try await kind.withStores(2) { stores in
            let taken = try makeJob("taken")
            _ = try await stores[0].commit([.insert(taken)])
            let outcomes = await withTaskGroup(of: (Int, Result<Int, JobStoreError>).self) {
                group in
                for index in 0..<40 {
                    group.addTask {
                        do throws(JobStoreError) {
                            let id = index % 5 == 0 ? "taken" : "free\(index)"
                            guard let job = try? makeJob(id) else { return (index, .success(0)) }
                            return (index, .success(try await stores[1].commit([.insert(job)])))
                        } catch {
                            return (index, .failure(error))
                        }
                    }
                }
                return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            for (index, outcome) in outcomes {
                if index % 5 == 0 {
                    #expect(outcome == .failure(.conflict(taken.id)))
                } else {
                    #expect(throws: Never.self) { try outcome.get() }
                }
            }
            #expect(try await stores[0].position().seq == 33)
        }
    }

    // MARK: Leading

    static let machine = Resources(proc: 4, mem: 16)

    static func claim(
        _ server: String,
        term: Int? = nil,
        machine: Resources = machine,
        duration: Duration = .seconds(60)
    ) -> LeaseClaim {
        LeaseClaim(server: server, machine: machine, duration: duration, term: term)
    }

    @Test("The lease is taken, contended, renewed and released", arguments: kinds)
    func lease(kind: SharedStoreKind) async throws {
        try await kind.withStores(2) { stores in
            let (a, b) = (stores[0], stores[1])
            let first = try await a.claimLease(Self.claim("a"))
            #expect(first == Lease(owner: "a", term: first.term, machine: Self.machine))
            #expect(first.term >= 1)
            #expect(try await b.claimLease(Self.claim("b")) == first)
            #expect(try await a.claimLease(Self.claim("a", term: first.term)) == first)

            let small = Resources(proc: 1, mem: 1)
            let smaller = try await a.claimLease(Self.claim("a", term: first.term, machine: small))
            #expect(smaller == Lease(owner: "a", term: first.term, machine: small))
            #expect(try await b.claimLease(Self.claim("b")) == smaller)

            try await b.releaseLease(term: first.term - 1)
            #expect(try await b.claimLease(Self.claim("b")) == smaller, "another term's release")

            try await a.releaseLease(term: first.term)
            let second = try await b.claimLease(Self.claim("b"))
            #expect(second.owner == "b")
            #expect(second.term > first.term)
            #expect(try await a.claimLease(Self.claim("a", term: first.term)) == second)

            let third = try await b.claimLease(Self.claim("b"))
            #expect(third.owner == "b")
            #expect(third.term > second.term, "who begins anew begins a new term")
        }
    }

    @Test("A lease that ran out can be taken", arguments: kinds)
    func expiry(kind: SharedStoreKind) async throws {
        try await kind.withStores(2) { stores in
            let first = try await stores[0].claimLease(
                Self.claim("a", duration: .milliseconds(300))
            )
            var lease = first
            while lease.owner == "a" {
                await Task.yield()
                lease = try await stores[1].claimLease(Self.claim("b"))
            }
            #expect(lease.owner == "b")
            #expect(lease.term > first.term)
        }
    }

    @Test("Of many who claim a free lease one gets it", arguments: kinds)
    func race(kind: SharedStoreKind) async throws {
        try await kind.withStores(2) { stores in
            let leases = try await withThrowingTaskGroup(of: Lease.self) { group in
                for index in 0..<12 {
                    group.addTask {
                        try await stores[index % 2].claimLease(Self.claim("s\(index)"))
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(leases.count == 1, "all are told of the same one: \(leases)")
        }
    }

    @Test("Once a later term has begun, no commit of an earlier one counts", arguments: kinds)
    func fencing(kind: SharedStoreKind) async throws {
        try await kind.withStores(2) { stores in
            let old = try await stores[0].claimLease(Self.claim("a")).term
            let job = try makeJob("a")
            #expect(try await stores[0].commit([.insert(job)], term: old) == 1)
            try await stores[0].releaseLease(term: old)
            let new = try await stores[1].claimLease(Self.claim("b")).term
            await #expect(throws: JobStoreError.fenced) {
                try await stores[0].commit([.update(job.moved(to: .running))], term: old)
            }
            #expect(try await stores[1].job(job.id) == job)
            let setting = [SettingChange("limits", to: 1)]
            await #expect(throws: JobStoreError.fenced) {
                try await stores[0].commit([], saving: setting, term: old)
            }
            #expect(try await stores[1].setting("limits") == nil)
            #expect(try await stores[1].commit([], saving: setting, term: new) == 2)
            #expect(try await stores[0].setting("limits") == 1)
            #expect(try await stores[1].commit([.update(job.moved(to: .running))], term: new) == 2)
            // Whoever does not lead may still do what needs no leader.
            let other = try makeJob("b")
            #expect(try await stores[0].commit([.insert(other)]) == 3)
        }
    }

    @Test("Commits of a leader end with its term, however many are on their way", arguments: kinds)
    func fencingInFlight(kind: SharedStoreKind) async throws {
        try await kind.withStores(2) { stores in
            let old = try await stores[0].claimLease(Self.claim("a")).term
            let writing = Task { () -> Int in
                for index in 0... {
                    do {
                        _ = try await stores[0].commit([.insert(makeJob("j\(index)"))], term: old)
                        await Task.yield()
                    } catch JobStoreError.fenced {
                        return index
                    }
                }
                return 0
            }
            while try await stores[1].position().seq < 10 { await Task.yield() }
            try await stores[0].releaseLease(term: old)
            let lease = try await stores[1].claimLease(Self.claim("b"))
            #expect(lease.owner == "b")
            let seq = try await stores[1].position().seq
            #expect(try await writing.value == seq, "nothing was committed after the new term")
            #expect(try await stores[1].position().seq == seq)
        }
    }

    // MARK: Calls and notes

    @Test("Calls are left in order, answered, withdrawn, and heard of", arguments: kinds)
    func calls(kind: SharedStoreKind) async throws {
        try await kind.withStores(2) { stores in
            let (front, leader) = (stores[0], stores[1])
            let params: JSONValue = ["$set": ["a": 1], "text": "$x \u{0}", "list": [nil, 2.5]]
            let calls = (0..<4).map { index in
                HandedCall(id: "c\(index)", from: "front", method: "new", params: params)
            }
            try await leader.withFeed { hearing in
                try await front.withFeed { waiting in
                    try await front.handOver([calls[0], calls[1]])
                    try await front.handOver([calls[2]])
                    try await front.handOver([calls[3]])
                    #expect(try await hearing.events(4) == calls.map { .called($0) })
                    #expect(try await leader.openCalls() == calls)

                    try await front.withdrawCalls(["c1"])
                    let answers = ["c0", "c1", "c2"].map { id in
                        CallAnswer(id: id, to: "front", result: ["$id": .string(id)])
                    }
                    try await leader.answer(answers)
                    let heard = try await waiting.events { events in
                        events.contains(.answered(answers[2]))
                    }
                    #expect(heard.contains(.answered(answers[0])))
                    #expect(!heard.contains(.answered(answers[1])), "it was withdrawn")
                    #expect(try await leader.openCalls() == [calls[3]])
                    try await front.withdrawCalls(["c0", "c2", "c3"])
                    #expect(try await leader.openCalls().isEmpty)
                }
            }
        }
    }

    @Test("Servers say that they are there", arguments: kinds)
    func notes(kind: SharedStoreKind) async throws {
        try await kind.withStores(2) { stores in
            let first = ServerNote(
                id: "one",
                host: "alpha",
                address: "127.0.0.1:1",
                mayLead: true,
                beat: 1
            )
            let second = ServerNote(
                id: "two",
                host: "beta",
                address: "127.0.0.1:2",
                mayLead: false,
                beat: 1
            )
            try await stores[1].withFeed { feed in
                try await stores[0].note(first)
                #expect(try await feed.events(1) == [.noted(first)])
                let next = ServerNote(
                    id: "one",
                    host: "alpha",
                    address: "127.0.0.1:1",
                    mayLead: true,
                    beat: 2
                )
                try await stores[0].note(next)
                #expect(try await feed.events(1) == [.noted(next)])
                try await stores[1].note(second)
                #expect(try await feed.events(1) == [.noted(second)])
                #expect(try await stores[0].servers().sorted { $0.id < $1.id } == [next, second])
            }
        }
    }

    @Test("Settings and the lease are news only when they change", arguments: kinds)
    func news(kind: SharedStoreKind) async throws {
        try await kind.withStores(2) { stores in
            try await stores[1].withFeed { feed in
                let term = try await stores[0].claimLease(Self.claim("a")).term
                try await stores[0].save(["nuvs": 1], as: "limits")
                #expect(try await feed.events(2) == [.leaseChanged, .saved(name: "limits")])
                // Only renewed: nobody hears of it.
                _ = try await stores[0].claimLease(Self.claim("a", term: term))
                try await stores[0].save(nil, as: "limits")
                #expect(try await feed.events(1) == [.saved(name: "limits")])
                let change = SettingChange("limits", to: 2)
                _ = try await stores[0].commit([], saving: [change], term: term)
                #expect(try await feed.events(1) == [.saved(name: "limits")])
                let small = Resources(proc: 1, mem: 1)
                _ = try await stores[0].claimLease(Self.claim("a", term: term, machine: small))
                #expect(try await feed.events(1) == [.leaseChanged])
                try await stores[0].releaseLease(term: term)
                #expect(try await feed.events(1) == [.leaseChanged])
            }
        }
    }

    static let kinds = SharedStoreKind.allCases
}
