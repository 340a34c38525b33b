import JSON
import JobModel
import JobRunning
import JobStorage
import TestSupport
import Testing

@testable import JobManagement

private let start = ContinuousClock.now

@Suite("The lease, as a server sees it")
struct LeaseStateTests {
    private func lease(_ owner: String, _ term: Int) -> Lease {
        Lease(owner: owner, term: term, machine: Resources(proc: 1, mem: 1))
    }

    private func leading() -> LeaseState {
        var state = LeaseState(server: "a", duration: .seconds(6), margin: .seconds(1))
        #expect(state.learn(lease("a", 3), asked: start, now: start) == .beginToLead)
        #expect(state.lead(at: start) == true)
        return state
    }

    @Test("Leads once memory is up to date, until a margin before the end of what it asked for")
    func leads() {
        let state = leading()
        #expect(state.role == .leading(term: 3))
        #expect(state.isSure(at: start + .seconds(4.9)))
        #expect(!state.isSure(at: start + .seconds(5)))
    }

    @Test("Is renewed from the moment of asking, not of the answer")
    func renewal() {
        var state = leading()
        let asked = start + .seconds(2)
        #expect(state.learn(lease("a", 3), asked: asked, now: asked + .seconds(1)) == .none)
        #expect(state.isSure(at: start + .seconds(6.9)))
        #expect(!state.isSure(at: start + .seconds(7)))
    }

    @Test("Is given up when it was renewed too late, belongs to another, or to a later term")
    func stepDown() {
        let answers = [
            (lease("a", 3), Duration.seconds(5)), (lease("b", 4), .seconds(1)),
            (lease("a", 4), .seconds(1)),
        ]
        for (answer, delay) in answers {
            var state = leading()
            let step = state.learn(answer, asked: start + .seconds(1), now: start + delay)
            guard case .stepDown = step else {
                Issue.record("\(answer) makes \(step)")
                continue
            }
            #expect(state.term == nil, "only a new term makes it lead again")
            #expect(!state.isSure(at: start))
        }
    }

    @Test("Is not begun with when memory was not ready in time, and another's is nothing to it")
    func notReady() {
        var state = LeaseState(server: "a", duration: .seconds(6), margin: .seconds(1))
        #expect(state.learn(lease("b", 1), asked: start, now: start) == .none)
        #expect(state.learn(lease("a", 2), asked: start, now: start + .seconds(5)) == .none)
        #expect(state.learn(lease("a", 2), asked: start, now: start) == .beginToLead)
        #expect(state.lead(at: start + .seconds(5)) == false)
        #expect(state.term == 2, "the same term goes on")
    }
}

@Suite("Absence of servers")
struct AbsenceWatchTests {
    private let start = ContinuousClock.now

    @Test("Counts from the last word, by this server's own beats")
    func absence() {
        var watch = AbsenceWatch(server: "a", absentAfter: .seconds(6), interval: .seconds(2))
        watch.hear("b", at: start)
        var now = start
        for _ in 0..<3 {
            now += .seconds(2)
            watch.hear("a", at: now)
            #expect(!watch.isAbsent("b", at: now))
        }
        now += .seconds(2)
        watch.hear("a", at: now)
        #expect(watch.isAbsent("b", at: now))
        #expect(watch.isAbsent("c", at: now), "one that was never heard")
        watch.hear("b", at: now)
        #expect(!watch.isAbsent("b", at: now))
    }

    @Test("Beats that come faster make nobody absent before its time")
    func fastBeats() {
        var watch = AbsenceWatch(server: "a", absentAfter: .seconds(6), interval: .seconds(2))
        watch.hear("b", at: start)
        for _ in 0..<20 { watch.hear("a", at: start + .seconds(5)) }
        #expect(!watch.isAbsent("b", at: start + .seconds(5)))
        #expect(watch.isAbsent("b", at: start + .seconds(6)))
    }

    @Test("Whoever begins to lead gives everyone the whole time")
    func beginning() {
        var watch = AbsenceWatch(server: "a", absentAfter: .seconds(6), interval: .seconds(2))
        for _ in 0..<10 { watch.hear("a", at: start) }
        watch.begin(at: start)
        #expect(!watch.isAbsent("b", at: start + .seconds(9)))
        for _ in 0..<4 { watch.hear("a", at: start + .seconds(9)) }
        #expect(watch.isAbsent("b", at: start + .seconds(9)))
    }
}

@Suite("Calls between servers")
struct LeaderCallTests {
    @Test("A call is the same on the other side")
    func calls() throws {
        let error = JobError(cause: .exit, message: "no", log: ["a", "b"])
        let usage = ResourceUsage(cpuSeconds: 1.25, peakMemory: 1 << 33)
        let ends = [
            JobEnd(state: .complete, result: ["x": [1, 2.5, nil]], usage: usage),
            JobEnd(state: .error, error: error), JobEnd(state: .cancelled),
        ]
        let contents: [JobFact.Content] =
            [
                .stageBegan(name: "map", number: 1, of: 2),
                .progressed(stage: 1, of: 2, fraction: 0.25),
            ] + ends.map { .ended($0) }
        let facts = contents.map {
            JobFact(id: "a1", content: $0, date: Timestamp(microseconds: 1_234_567_890_123_456))
        }
        var request = NewJob.nuvs("a1", proc: 3)
        request.priority = -5
        request.mem = 2
        let calls: [LeaderCall] = [
            .new(request, isNamedByChance: true), .new(.index(), isNamedByChance: false),
            .cancel(["a1", "a2"], reason: "a mistake", by: "x"),
            .cancel([], reason: nil), .limitTask("nuvs", 3),
            .limitTask("nuvs", nil), .limitResources(proc: 4, mem: nil),
            .limitResources(proc: nil, mem: 8), .facts(facts),
        ]
        for call in calls {
            let text = JSONValue.object(call.params).encoded
            let read = LeaderCall(method: call.method, params: try JSONValue(parsing: text))
            #expect(read == call)
        }
        #expect(LeaderCall(method: "other", params: [:]) == nil)
    }

    @Test("An error is the same on the other side")
    func errors() throws {
        let errors: [JobManagerError] = [
            .unknownTask("nuv", suggestion: "nuvs"), .unknownTask("x", suggestion: nil),
            .taskUnavailable("snap", reason: "missing"),
            .badArguments(field: "args.x", message: "is missing"), .notFound("a1"),
            .conflict("a1", differs: "args"), .badState("a1", .complete), .storeUnavailable,
            .draining,
        ]
        for error in errors {
            let answer = Result<LeaderAnswer, JobManagerError>.failure(error)
            let text = answer.document.encoded
            let read = Result<LeaderAnswer, JobManagerError>(
                document: try JSONValue(parsing: text)
            )
            #expect(throws: error) { try read.get() }
        }
        let outcomes = errors.map { Result<JobActionOutcome, JobManagerError>.failure($0) }
        var jobs: [JobID: Result<JobActionOutcome, JobManagerError>] = ["ok": .success(.cancelled)]
        for (number, outcome) in outcomes.enumerated() { jobs["e\(number)"] = outcome }
        let answer = Result<LeaderAnswer, JobManagerError>.success(
            .acted(JobActionAnswer(jobs: jobs, seq: 7))
        )
        let read = Result<LeaderAnswer, JobManagerError>(document: answer.document)
        guard case .success(.acted(let acted)) = read else {
            Issue.record("\(read)")
            return
        }
        #expect(acted.jobs == jobs)
        #expect(acted.seq == 7)
    }

    @Test("A call is performed once, unless it was given up or its answer did not arrive")
    func performed() {
        var calls = PerformedCalls()
        #expect(calls.begin("a") == true)
        #expect(calls.begin("a") == false)
        calls.giveUp("a")
        #expect(calls.begin("a") == true)
        calls.finish("a")
        calls.forgetUnderway()
        #expect(calls.begin("a") == false)
        calls.reopen("a")
        #expect(calls.begin("a") == true)
    }
}

@Suite("Facts that wait")
struct FactQueueTests {
    private func fact(_ id: JobID, _ content: JobFact.Content) -> JobFact {
        JobFact(id: id, content: content, date: Timestamp(microseconds: 1))
    }

    @Test("Keep their order; of a stage's progress the newest stays")
    func progress() {
        var queue = FactQueue()
        let began = fact("a", .stageBegan(name: "map", number: 1, of: 2))
        let other = fact("b", .progressed(stage: 1, of: 2, fraction: 0.1))
        let second = fact("a", .stageBegan(name: "end", number: 2, of: 2))
        queue.append(began)
        for step in 1...9 {
            queue.append(fact("a", .progressed(stage: 1, of: 2, fraction: Double(step) / 10)))
            if step == 5 { queue.append(other) }
        }
        queue.append(second)
        queue.append(fact("a", .progressed(stage: 2, of: 2, fraction: 0.5)))
        let taken = queue.takeBatch(limit: 2)
        #expect(taken == [began, fact("a", .progressed(stage: 1, of: 2, fraction: 0.9))])
        queue.putBack(taken)
        #expect(
            queue.takeBatch(limit: 9)
                == taken + [other, second, fact("a", .progressed(stage: 2, of: 2, fraction: 0.5))]
        )
        #expect(queue.isEmpty)
        queue.append(other)
        queue.append(other)
        #expect(queue.takeBatch(limit: 9) == [other])
    }
}

@Suite("Pending changes")
struct PendingChangesTests {
    private func change(_ id: JobID, _ version: Int) -> PendingChange {
        PendingChange(
            change: .remove(id, version: version),
            effect: nil,
            ticket: nil,
            fact: nil
        )
    }

    @Test("Batches hold one change of a job, and each job's changes in order", arguments: 1...20)
    func batches(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var pending = PendingChanges()
        var next: [JobID: Int] = [:]
        var taken: [JobID: Int] = [:]
        for _ in 0..<2000 {
            if Int.random(in: 0..<8, using: &generator) > 0 {
                let id: JobID = "j\(Int.random(in: 0..<12, using: &generator))"
                pending.append(change(id, next[id, default: 0]))
                next[id, default: 0] += 1
                continue
            }
            let batch = pending.takeBatch(limit: 5)
            #expect(Set(batch.map(\.change.id)).count == batch.count)
            if Int.random(in: 0..<3, using: &generator) == 0 {
                pending.putBack(batch)
                continue
            }
            for change in batch.map(\.change) {
                guard case .remove(let id, let version) = change else { continue }
                #expect(version == taken[id, default: 0])
                taken[id] = version + 1
            }
        }
        while !pending.isEmpty {
            for change in pending.takeBatch(limit: 5).map(\.change) {
                guard case .remove(let id, let version) = change else { continue }
                #expect(version == taken[id, default: 0])
                taken[id] = version + 1
            }
        }
        #expect(taken == next)
    }

    /// Where the start of one job overtakes the end of another, more runs than the machine has.
    @Test("No change is committed before one that was decided earlier")
    func order() {
        var pending = PendingChanges()
        let decided = [("a", 1), ("b", 1), ("a", 2), ("c", 1), ("b", 2), ("c", 2)]
        for (id, version) in decided { pending.append(change(JobID(stringLiteral: id), version)) }
        var batches: [[String]] = []
        while !pending.isEmpty {
            batches.append(pending.takeBatch(limit: 9).map(\.change.id.rawValue))
        }
        #expect(batches == [["a", "b"], ["a", "c", "b"], ["c"]])
    }

    @Test("All changes of a job can be taken out")
    func removal() {
        var pending = PendingChanges()
        for version in 0..<3 {
            for id: JobID in ["a", "b"] { pending.append(change(id, version)) }
        }
        #expect(pending.removeAll(of: "a").count == 3)
        pending.append(change("a", 9))
        #expect(pending.takeBatch(limit: 9).map(\.change.id) == ["b"])
        #expect(pending.removeAll().map(\.change.id) == ["b", "b", "a"])
        #expect(pending.isEmpty)
    }
}
