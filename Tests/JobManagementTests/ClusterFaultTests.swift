import JSON
import JobManagement
import JobModel
import JobRunning
import JobScheduling
import JobStorage
import Testing

private let later = Timestamp(microseconds: 1_000_000_000)

@Suite("Several servers, when something fails", .timeLimit(.minutes(6)))
struct ClusterFaultTests {
    let laboratory = ClusterLaboratory()

    /// Two servers, the first of which leads; what runs of them ends with the test.
    private func withTwo(
        _ body: (ClusterServer, ClusterServer, _ killFirst: () -> Void) async throws -> Void
    ) async throws {
        let (one, two) = (laboratory.server("one"), laboratory.server("two"))
        let first = try await one.start()
        let second = try await two.start()
        defer {
            first.cancel()
            second.cancel()
        }
        try await body(one, two) {
            first.cancel()
            one.store.sever()
        }
    }

    // MARK: The leader ends

    @Test("A leader that was killed is followed by another, which performs what was left, once")
    func takeover() async throws {
        try await withTwo { one, two, kill in
            _ = try await two.manager.new(.nuvs("a1"))
            kill()
            let left = Task { try await two.manager.new(.nuvs("a2")) }
            let named = Task { try await two.manager.new(.nuvs()) }
            await laboratory.pass { await two.manager.leads }
            #expect(try await left.value.created)
            let name = try await named.value
            #expect(name.created)
            let resources = await two.manager.resources()
            #expect(
                resources.used == Resources(proc: 4, mem: 4),
                "a1 holds nothing of this machine"
            )
            #expect(resources.taskCounts == ["nuvs": 3])
            var orders: Set<PuppetRunner.Order> = []
            for _ in 0..<2 { orders.insert(try #require(await two.nextOrder())) }
            #expect(orders == [.start("a2"), .start(name.id)])
            #expect(two.recorder.view["a1"]?.state == .running)
            let made = two.recorder.versions(of: "a2").filter { $0.version == 0 }
            #expect(made.count == 1)
            #expect(!two.recorder.isDisordered)
            #expect(try await laboratory.store.openCalls().isEmpty)
        }
    }

    @Test("What the leader's clients were told, its answers know, though the feed was faster")
    func feedFirst() async throws {
        try await withTwo { one, _, _ in
            _ = try await one.manager.new(.nuvs("a1"))
            await one.recorder.wait { $0["a1"]?.state == .running }
            one.store.holdOutcomes()
            let making = Task { try await one.manager.new(.nuvs("a2")) }
            await one.recorder.wait { $0["a2"] != nil }
            #expect(try await one.manager.detail("a2").job.state == .waiting)
            one.store.releaseOutcomes()
            #expect(try await making.value.created)
        }
    }

    @Test("An end that is told twice clears the job's traces away only when it is durable")
    func endToldTwice() async throws {
        try await withTwo { one, _, _ in
            _ = try await one.manager.new(.nuvs("a1"))
            #expect(await one.nextOrder() == .start("a1"))
            one.store.holdOutcomes()
            for _ in 0..<2 { one.runner.tell("a1", .ended(JobEnd(state: .complete)), at: later) }
            // Of a job that nobody knows nothing need be kept.
            one.runner.tell("unknown", .ended(JobEnd(state: .complete)), at: later)
            #expect(await one.nextOrder() == .forget("unknown"))
            one.store.releaseOutcomes()
            #expect(await one.nextOrder() == .forget("a1"))
        }
    }

    @Test("Jobs of a server that is not heard of are given up, not before their time")
    func lost() async throws {
        try await withTwo { one, two, kill in
            _ = try await one.manager.new(.nuvs("a1"))
            _ = try await one.manager.new(.index("b1"))
            await two.recorder.wait { $0["b1"]?.state == .running }
            kill()
            await laboratory.pass { await two.manager.leads }
            await laboratory.pass(.seconds(15))
            #expect(two.recorder.view["a1"]?.state == .running)
            #expect(two.recorder.view["b1"]?.state == .running)
            await laboratory.pass { two.recorder.view["a1"]?.state == .error }
            await laboratory.pass { await two.manager.resources().taskCounts == ["index": 1] }
            #expect(await two.nextOrder() == .start("b1"), "a restartable job begins anew")
            let detail = try await two.manager.detail("a1").job
            #expect(detail.current.error?.cause == .lost)
            #expect(detail.current.error?.message.contains("host-one") == true)
            #expect(try await two.manager.detail("b1").job.server == "two")
        }
    }

    @Test("A server that comes back takes up its jobs as a follower, and their end is recorded")
    func comeback() async throws {
        try await withTwo { one, two, kill in
            _ = try await one.manager.new(.nuvs("a1"))
            _ = try await one.manager.new(.nuvs("a2"))
            await two.recorder.wait { $0["a2"]?.state == .running }
            kill()
            await laboratory.pass { await two.manager.leads }
            let again = laboratory.server("one")
            let task = try await again.start()
            defer { task.cancel() }
            var orders: Set<PuppetRunner.Order> = []
            for _ in 0..<2 { orders.insert(try #require(await again.nextOrder())) }
            #expect(orders == [.adopt("a1"), .adopt("a2")])
            again.runner.tell("a1", .stageBegan(name: "map", number: 1, of: 2), at: later)
            let end = JobEnd(
                state: .complete,
                result: ["contigs": 3],
                usage: ResourceUsage(cpuSeconds: 1.5, peakMemory: 5)
            )
            again.runner.tell("a1", .ended(end), at: later)
            await two.recorder.wait { $0["a1"]?.state == .complete }
            #expect(await again.nextOrder() == .forget("a1"))
            let job = try await two.manager.detail("a1").job
            #expect(job.result == ["contigs": 3])
            #expect(job.usage?.cpuSeconds == 1.5)
            #expect(job.server == "one")
            #expect(two.recorder.versions(of: "a1").map(\.stage).contains("map"))
            // A cancel through the leader reaches the machine where the job runs.
            _ = try await two.manager.cancel(["a2"], reason: "test")
            while let order = await again.nextOrder(), order != .cancel("a2") {}
            again.runner.tell("a2", .ended(JobEnd(state: .cancelled)), at: later)
            await two.recorder.wait { $0["a2"]?.state == .cancelled }
        }
    }

    @Test("A server that was given up ends what of its jobs still lives")
    func givenUp() async throws {
        try await withTwo { one, two, _ in
            _ = try await one.manager.new(.nuvs("a1"))
            _ = try await one.manager.new(.index("b1"))
            await one.recorder.wait { $0["b1"]?.state == .running }
            one.store.freeze()
            await laboratory.pass { two.recorder.view["a1"]?.state == .error }
            // It rests before its next attempt.
            let passing = Task { await laboratory.pass { false } }
            #expect(await two.nextOrder() == .start("b1"))
            passing.cancel()
            await passing.value
            one.store.thaw()
            await laboratory.pass { one.recorder.view["a1"]?.state == .error }
            var orders: Set<PuppetRunner.Order> = []
            while !orders.isSuperset(of: [.cancel("a1"), .cancel("b1")]) {
                orders.insert(try #require(await one.nextOrder()))
            }
            // The end of what was stopped here is nothing to the job that runs there.
            one.runner.tell("b1", .ended(JobEnd(state: .cancelled)), at: later)
            while let order = await one.nextOrder(), order != .forget("b1") {}
            await laboratory.pass(.seconds(3))
            #expect(two.recorder.view["b1"]?.state == .running)
        }
    }

    @Test("A leader that stood still is fenced off, tells its callers, and follows")
    func fenced() async throws {
        try await withTwo { one, two, _ in
            _ = try await one.manager.new(.nuvs("a1"))
            #expect(await one.nextOrder() == .start("a1"))
            one.store.freeze()
            let stuck = Task { try await one.manager.new(.nuvs("a2")) }
            await laboratory.pass { await two.manager.leads }
            #expect(await !one.manager.leads)
            _ = try await two.manager.new(.nuvs("a3"))
            one.store.thaw()
            await #expect(throws: JobManagerError.storeUnavailable) { try await stuck.value }
            await laboratory.pass { one.recorder.view == two.recorder.view }
            #expect(one.recorder.view["a2"] == nil)
            #expect(two.recorder.view["a3"]?.state == .running)
            let answer = try await one.manager.new(.nuvs("a2"))
            #expect(answer.created)
            #expect(try await two.manager.detail("a2").job.server == "two")
            #expect(!one.recorder.isDisordered)
            #expect(await two.manager.leads)
            // What it started is its own still.
            one.runner.tell("a1", .ended(JobEnd(state: .complete)), at: later)
            await two.recorder.wait { $0["a1"]?.state == .complete }
        }
    }

    @Test("A server that ends in good order leaves the lease to another at once")
    func release() async throws {
        try await withTwo { one, two, _ in
            _ = try await one.manager.new(.nuvs("a1"))
            await one.manager.drain()
            while await !two.manager.leads { await laboratory.settle() }
            #expect(try await two.manager.new(.nuvs("a2")).created)
            await #expect(throws: JobManagerError.draining) {
                try await one.manager.new(.nuvs("a3"))
            }
        }
    }

    // MARK: Feeds

    @Test("When others commit between the leader's changes, its observer hears all in order")
    func gap() async throws {
        try await withTwo { one, two, _ in
            let ids: [JobID] = (0..<10).map { "a\($0)" }
            for id in ids { _ = try await one.manager.new(.nuvs(id)) }
            _ = try await one.manager.cancel(Array(ids[2...]), reason: "test")
            one.store.holdFeeds()
            for id in ids[2...] {
                let answer = try await two.manager.archive([id])
                let made = try await one.manager.new(.nuvs("b\(id)"))
                #expect(made.seq > answer.seq)
            }
            one.store.releaseFeeds()
            await one.recorder.wait { $0["ba9"] != nil }
            #expect(!one.recorder.isDisordered)
            await two.recorder.wait { $0["ba9"] != nil }
            #expect(one.recorder.view.count == 10)
            #expect(one.recorder.changes.map(\.seq) == two.recorder.changes.map(\.seq))
            // And tells by itself again.
            one.store.holdFeeds()
            _ = try await one.manager.new(.nuvs("c1"))
            #expect(one.recorder.view["c1"] != nil)
        }
    }

    @Test(
        "After a feed has broken the observer is told the difference, and missed answers are found"
    )
    func brokenFeed() async throws {
        try await withTwo { one, two, _ in
            _ = try await one.manager.new(.nuvs("a1"))
            _ = try await one.manager.new(.nuvs("a2"))
            two.store.holdFeeds()
            let missed = Task { try await two.manager.new(.nuvs("a3")) }
            let named = Task { try await two.manager.new(.nuvs()) }
            await laboratory.pass { await one.manager.statistics.callsPerformed == 2 }
            while try await !laboratory.store.openCalls().isEmpty { await laboratory.settle() }
            let cancelled = Task { try await two.manager.cancel(["a3"], reason: "test") }
            await one.recorder.wait { $0["a3"]?.state == .cancelled }
            one.runner.tell("a1", .ended(JobEnd(state: .complete)), at: later)
            await one.recorder.wait { $0["a1"]?.state == .complete }
            _ = try await one.manager.archive(["a1"])
            one.store.breakFeeds()
            two.store.breakFeeds()
            two.store.releaseFeeds()
            // The first answer is lost; that the job is there now shows that it is not new any more.
            #expect(try await !missed.value.created)
            #expect(try await named.value.created)
            #expect(try await cancelled.value.jobs["a3"]?.get() == .cancelled)
            await two.recorder.wait { $0["a1"] == nil }
            await one.recorder.wait { $0["a1"] == nil }
            await laboratory.pass { two.recorder.view == one.recorder.view }
            #expect(!two.recorder.isDisordered)
            #expect(await two.manager.statistics.feedReopenings == 1)
            #expect(await one.manager.leads, "the leader goes on")
            #expect(await two.manager.resources() == one.manager.resources())
        }
    }

    @Test("Where it was forgotten what has gone, the observer is given all that lives")
    func forgotten() async throws {
        let laboratory = ClusterLaboratory(rememberedRemovals: 3)
        let (one, two) = (laboratory.server("one"), laboratory.server("two"))
        let tasks = [try await one.start(), try await two.start()]
        defer { for task in tasks { task.cancel() } }
        let ids: [JobID] = (0..<10).map { "a\($0)" }
        for id in ids { _ = try await one.manager.new(.nuvs(id)) }
        await two.recorder.wait { $0.count == 10 }
        two.store.holdFeeds()
        _ = try await one.manager.cancel(ids, reason: "test")
        _ = try await one.manager.remove(Array(ids[2...]))
        _ = try await one.manager.new(.nuvs("b1"))
        two.store.breakFeeds()
        two.store.releaseFeeds()
        await laboratory.pass { two.recorder.view == one.recorder.view }
        #expect(two.recorder.snapshots == 1)
        #expect(one.recorder.snapshots == 0)
        #expect(await two.manager.resources() == one.manager.resources())
    }

    @Test("Another history makes every server begin anew")
    func anotherHistory() async throws {
        try await withTwo { one, two, _ in
            _ = try await one.manager.new(.nuvs("a1"))
            await two.recorder.wait { $0["a1"]?.state == .running }
            laboratory.store.jobs.rename(history: "another")
            one.store.breakFeeds()
            two.store.breakFeeds()
            await laboratory.pass {
                two.recorder.positions.last?.epoch == "another"
                    && one.recorder.positions.last?.epoch == "another"
            }
            await laboratory.pass { await one.manager.leads }
            #expect(try await two.manager.new(.nuvs("a2")).created)
            #expect(one.recorder.view.keys.sorted() == ["a1", "a2"])
        }
    }

    // MARK: The store

    @Test(
        "When the store fails the leader drops what is unsure, and leads anew",
        arguments: [InMemoryJobStore.Failure.before, .after]
    )
    func leaderStoreFailure(failure: InMemoryJobStore.Failure) async throws {
        try await withTwo { one, two, _ in
            _ = try await one.manager.new(.nuvs("a1"))
            one.store.failNextCommit(failure)
            await #expect(throws: JobManagerError.storeUnavailable) {
                try await one.manager.new(.nuvs("a2"))
            }
            await laboratory.pass { await one.manager.leads }
            // A stage that was lost with a commit is learned anew.
            one.store.failNextCommit(failure)
            one.runner.tell("a1", .stageBegan(name: "map", number: 1, of: 2), at: later)
            await laboratory.pass { two.recorder.view["a1"]?.stage == "map" }
            // What a follower hands over is done in the end, whatever fails.
            one.store.failNextCommit(failure)
            let answer = Task { try await two.manager.new(.nuvs()) }
            try await laboratory.pass { try await laboratory.store.openCalls().isEmpty }
            #expect(try await answer.value.created)
            await laboratory.pass { await one.manager.leads }
            await laboratory.pass { one.recorder.view == two.recorder.view }
            #expect(!one.recorder.isDisordered)
            #expect(!two.recorder.isDisordered)
        }
    }

    @Test(
        "When the store fails a follower's archive is unsure, and can be repeated",
        arguments: [InMemoryJobStore.Failure.before, .after]
    )
    func followerStoreFailure(failure: InMemoryJobStore.Failure) async throws {
        try await withTwo { one, two, _ in
            _ = try await one.manager.new(.nuvs("a1"))
            one.runner.tell("a1", .ended(JobEnd(state: .complete)), at: later)
            await two.recorder.wait { $0["a1"]?.state == .complete }
            two.store.failNextCommit(failure)
            await #expect(throws: JobManagerError.storeUnavailable) {
                try await two.manager.archive(["a1"])
            }
            await laboratory.pass { await two.manager.answers }
            let answer = try await two.manager.archive(["a1"])
            #expect(try answer.jobs["a1"]?.get() == .archived)
            await one.recorder.wait { $0.isEmpty }
            await two.recorder.wait { $0.isEmpty }
            #expect(await one.manager.statistics.recoveries == 0)
        }
    }
}
