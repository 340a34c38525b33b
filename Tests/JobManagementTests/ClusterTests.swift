import JSON
import JobManagement
import JobModel
import JobRunning
import JobScheduling
import JobStorage
import Testing

private let later = Timestamp(microseconds: 1_000_000_000)

@Suite("Several servers over one store", .timeLimit(.minutes(6)))
struct ClusterTests {
    let laboratory = ClusterLaboratory()

    /// Two servers, the first of which leads.
    private func withTwo(
        _ body: (ClusterServer, ClusterServer) async throws -> Void
    ) async throws {
        let (one, two) = (laboratory.server("one"), laboratory.server("two"))
        let tasks = [try await one.start(), try await two.start()]
        defer { for task in tasks { task.cancel() } }
        #expect(await one.manager.leads)
        #expect(await !two.manager.leads)
        try await body(one, two)
    }

    // MARK: Following

    @Test("A follower's observer, tasks and resources are those of the leader")
    func sameView() async throws {
        try await withTwo { one, two in
            _ = try await one.manager.new(.nuvs("a1"))
            _ = try await one.manager.new(.nuvs("a2"))
            _ = try await one.manager.new(.nuvs("a3"))
            _ = try await one.manager.new(.index("b1"))
            await two.recorder.wait { $0.count == 4 && $0["a2"]?.state == .running }
            #expect(await two.manager.resources() == one.manager.resources())
            #expect(await two.manager.taskReports() == one.manager.taskReports())
            #expect(
                try await two.manager.detail("a3").waiting == one.manager.detail("a3").waiting
            )
            #expect(try await two.manager.detail("a3").waiting != nil)
            one.runner.tell("a1", .stageBegan(name: "map", number: 1, of: 2), at: later)
            one.runner.tell("a1", .ended(JobEnd(state: .complete)), at: later)
            await two.recorder.wait { $0["a1"]?.state == .complete }
            await one.recorder.wait { $0["a3"]?.state == .running }
            await two.recorder.wait { $0["a3"]?.state == .running }
            #expect(await two.manager.resources() == one.manager.resources())
            #expect(two.recorder.changes == one.recorder.changes)
            #expect(two.recorder.positions.map(\.epoch) == one.recorder.positions.map(\.epoch))
        }
    }

    @Test("A server that comes later sees what was there, and the machine of the leader")
    func laterServer() async throws {
        try await withTwo { one, _ in
            for id: JobID in ["a1", "a2", "a3"] { _ = try await one.manager.new(.nuvs(id)) }
            _ = try await one.manager.limitResources(proc: 2, mem: nil)
            let three = laboratory.server(
                "three",
                machine: Resources(proc: 64, mem: 64),
                mayLead: false
            )
            let task = try await three.start()
            defer { task.cancel() }
            #expect(
                three.recorder.view.mapValues(\.version) == one.recorder.view.mapValues(\.version)
            )
            #expect(await three.manager.resources() == one.manager.resources())
        }
    }

    // MARK: Calls

    @Test("What reaches a follower is done by the leader, with the same answers")
    func handedOver() async throws {
        try await withTwo { one, two in
            let made = try await two.manager.new(.nuvs("a1"))
            #expect(made == NewJobAnswerShape(id: "a1", created: true))
            #expect(two.recorder.view["a1"] != nil, "an answer comes after its push")
            let named = try await two.manager.new(.nuvs())
            #expect(named.created)
            #expect(await one.nextOrder() == .start("a1"))
            #expect(await one.nextOrder() == .start(named.id))
            #expect(try await two.manager.detail("a1").job.server == "one")
            let waiting = try await two.manager.new(.nuvs("a3"))
            let answer = try await two.manager.cancel(
                ["a1", waiting.id, "a9"],
                reason: "test",
                by: "ada"
            )
            let wanted = Cancellation(by: "ada", reason: "test")
            for id in ["a1", waiting.id] {
                #expect(try await two.manager.detail(id).job.current.cancellation == wanted)
            }
            #expect(try answer.jobs["a1"]?.get() == .cancelling)
            #expect(try answer.jobs["a3"]?.get() == .cancelled)
            #expect(throws: JobManagerError.notFound("a9")) { try answer.jobs["a9"]?.get() }
            #expect(await one.nextOrder() == .cancel("a1"))
            #expect(try await two.manager.limit("nuvs", to: 7).limit == 7)
            #expect(try await two.manager.limitResources(proc: 3, mem: nil).limit.proc == 3)
            #expect(await one.manager.resources().limit == Resources(proc: 3, mem: 8))
            #expect(try await laboratory.store.openCalls().isEmpty)
        }
    }

    @Test("What is not acceptable is refused by a follower as by the leader")
    func refusals() async throws {
        try await withTwo { one, two in
            _ = try await one.manager.new(.nuvs("a1"))
            var requests = [NewJob.nuvs(proc: 5), .nuvs("a1", sample: "s2"), .nuvs(), .nuvs()]
            requests[2].task = "nuv"
            requests[3].args = [:]
            var absent = NewJob.index()
            absent.task = "absent"
            requests.append(absent)
            for request in requests {
                let refusal = await refusal { () throws(JobManagerError) in
                    _ = try await one.manager.new(request)
                }
                #expect(refusal != nil)
                #expect(
                    await self.refusal { () throws(JobManagerError) in
                        _ = try await two.manager.new(request)
                    } == refusal
                )
            }
            #expect(
                await refusal { () throws(JobManagerError) in
                    _ = try await two.manager.limit("indes", to: 2)
                } == .unknownTask("indes", suggestion: "index")
            )
            one.runner.tell("a1", .ended(JobEnd(state: .complete)), at: later)
            await one.recorder.waitUntil("a1", is: .complete)
            let answer = try await two.manager.cancel(["a1"], reason: "test")
            #expect(throws: JobManagerError.badState("a1", .complete)) {
                try answer.jobs["a1"]?.get()
            }
        }
    }

    private func refusal(
        of body: () async throws(JobManagerError) -> Void
    ) async -> JobManagerError? {
        do throws(JobManagerError) {
            try await body()
            return nil
        } catch {
            return error
        }
    }

    @Test("The same id at two servers at once makes one job")
    func idempotency() async throws {
        try await withTwo { one, two in
            let created = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<40 {
                    let server = number.isMultiple(of: 2) ? one : two
                    group.addTask { try await server.manager.new(.nuvs("a1")).created }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(created == 1)
            await two.recorder.wait { $0["a1"]?.state == .running }
            #expect(two.recorder.changes == one.recorder.changes)
        }
    }

    @Test("Archiving and removing is done by whoever is asked, also when both are at once")
    func archive() async throws {
        try await withTwo { one, two in
            let ids: [JobID] = (0..<50).map { "a\($0)" }
            for id in ids {
                _ = try await one.manager.new(.nuvs(id))
            }
            _ = try await one.manager.cancel(ids, reason: "test")
            for id: JobID in ["a0", "a1"] {
                one.runner.tell(id, .ended(JobEnd(state: .cancelled)), at: later)
            }
            await one.recorder.wait { $0.values.allSatisfy { $0.state == .cancelled } }
            try await withThrowingTaskGroup { group in
                for id in ids {
                    for server in [one, two] {
                        group.addTask {
                            let answer = try await server.manager.archive([id])
                            #expect(try answer.jobs[id]?.get() == .archived)
                        }
                    }
                }
                // The leader commits meanwhile, so that its observer hears of others in between.
                for number in 0..<50 {
                    group.addTask { _ = try await one.manager.new(.nuvs("b\(number)")) }
                }
                try await group.waitForAll()
            }
            await one.recorder.wait { $0.count == 50 }
            await two.recorder.wait { $0.count == 50 }
            #expect(!one.recorder.isDisordered)
            #expect(!two.recorder.isDisordered)
            #expect(await one.manager.statistics.recoveries == 0)
            #expect(await two.manager.statistics.recoveries == 0)
            let answer = try await two.manager.remove(ids)
            #expect(answer.jobs.values.allSatisfy { (try? $0.get()) == .removed })
            let early = try await two.manager.archive(["b0"])
            #expect(throws: JobManagerError.badState("b0", .running)) {
                try early.jobs["b0"]?.get()
            }
        }
    }

    @Test("A job that the leader has ended can be archived elsewhere before its feed has told it")
    func archiveBehindFeed() async throws {
        try await withTwo { one, two in
            _ = try await one.manager.new(.nuvs("a1"))
            await two.recorder.wait { $0["a1"]?.state == .running }
            two.store.holdFeeds()
            one.runner.tell("a1", .ended(JobEnd(state: .complete)), at: later)
            await one.recorder.waitUntil("a1", is: .complete)
            let answer = try await two.manager.archive(["a1"])
            #expect(try answer.jobs["a1"]?.get() == .archived)
            #expect(await two.manager.resources().used == .zero)
            two.store.releaseFeeds()
            await two.recorder.wait { $0.isEmpty }
            #expect(!two.recorder.isDisordered)
        }
    }

    @Test("Nobody leads: a call is given up after its time, and can be repeated")
    func nobodyLeads() async throws {
        let front = laboratory.server("front", mayLead: false)
        let task = try await front.start()
        defer { task.cancel() }
        let answer = Task { try await front.manager.new(.nuvs("a1")) }
        await laboratory.pass { await front.manager.openCallCount == 1 }
        await laboratory.pass(.seconds(20))
        await #expect(throws: JobManagerError.storeUnavailable) { try await answer.value }
        try await laboratory.pass { try await laboratory.store.openCalls().isEmpty }
        let leader = laboratory.server("leader")
        let leading = try await leader.start()
        defer { leading.cancel() }
        #expect(try await front.manager.new(.nuvs("a1")).created)
    }
}

/// What a test looks at of an answer.
struct NewJobAnswerShape {
    let id: JobID
    let created: Bool

    static func == (answer: NewJobAnswer, shape: NewJobAnswerShape) -> Bool {
        answer.id == shape.id && answer.created == shape.created
    }
}
