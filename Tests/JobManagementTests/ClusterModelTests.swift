import JobManagement
import JobModel
import JobRunning
import JobStorage
import Synchronization
import TestSupport
import Testing

@Suite("Several servers through everything that can happen", .timeLimit(.minutes(6)))
struct ClusterModelTests {
    @Test("No accepted job is lost or run twice, and every view ends right", arguments: 1...24)
    func everything(seed: Int) async throws {
        let model = try await ClusterModel(seed: UInt64(seed))
        for _ in 0..<250 { await model.step() }
        try await model.end()
        await model.check()
        model.stop()
    }
}

/// The jobs that somebody was told are made.
private final class Accepted: Sendable {
    private let state = Mutex<Set<JobID>>([])

    var ids: Set<JobID> { state.withLock { $0 } }

    func insert(_ id: JobID) { state.withLock { _ = $0.insert(id) } }
}

/// Three servers that are killed, frozen, cut off and asked for all sorts of things.
private final class ClusterModel {
    private struct Member {
        let id: String
        let machine: SimulatedMachine
        var server: ClusterServer
        var task: Task<Void, Never>?
        var isFrozen = false
    }

    private let laboratory: ClusterLaboratory
    private let world = World()
    private var generator: SeededGenerator
    private var members: [Member] = []
    private var earlier: [ClusterServer] = []
    private let machine = Resources(proc: 4, mem: 8)
    private var names = 0
    private let accepted = Accepted()
    /// Jobs whose removal was asked for: nobody misses them.
    private var unwanted: Set<JobID> = []

    init(seed: UInt64) async throws {
        generator = SeededGenerator(seed: seed)
        laboratory = ClusterLaboratory(rememberedRemovals: seed.isMultiple(of: 3) ? 4 : 10_000)
        for id in ["one", "two", "three"] {
            let machine = SimulatedMachine(world: world, name: id)
            members.append(Member(id: id, machine: machine, server: make(id, machine)))
            try await start(members.count - 1)
        }
    }

    private func make(_ id: String, _ machine: SimulatedMachine) -> ClusterServer {
        laboratory.server(
            id,
            runner: machine.makeRunner(),
            machine: self.machine,
            mayLead: id != "three",
            lostAfter: .seconds(60)
        )
    }

    private func start(_ index: Int) async throws {
        members[index].task = try await members[index].server.start()
    }

    private func random(below limit: Int) -> Int {
        Int.random(in: 0..<limit, using: &generator)
    }

    // MARK: What happens

    func step() async {
        let index = random(below: members.count)
        switch random(below: 43) {
        case 0..<10: makeJob(at: index)
        case 10..<13: cancel(at: index)
        case 13..<15: archive(at: index)
        case 15..<17: remove(at: index)
        case 17..<29: work(on: members[index].machine)
        case 29: kill(index)
        case 30..<32: await revive(index)
        case 32: freeze(index)
        case 33: thaw(index)
        case 34: members[index].server.store.breakFeeds()
        case 35: members[index].server.store.holdFeeds()
        case 36: if !members[index].isFrozen { members[index].server.store.releaseFeeds() }
        case 37: members[index].server.store.failNextCommit(.before)
        case 38: members[index].server.store.failNextCommit(.after)
        case 39: members[index].server.store.failNextCommit(.refused)
        case 40..<42: members[index].machine.lack()
        default: await laboratory.pass(.seconds(random(below: 9)))
        }
        await laboratory.settle()
        await checkLimits()
    }

    private func makeJob(at index: Int) {
        names += 1
        // Now and then the same name once more, at whatever server.
        let number = random(below: 4) == 0 ? random(below: names) + 1 : names
        let id: JobID? = random(below: 3) == 0 ? nil : "j\(number)"
        let request = number.isMultiple(of: 3) ? NewJob.index(id) : .nuvs(id)
        let (manager, accepted) = (members[index].server.manager, accepted)
        Task {
            guard let answer = try? await manager.new(request) else { return }
            accepted.insert(answer.id)
        }
    }

    private func someJobs() -> [JobID] {
        let known = accepted.ids.sorted()
        return known.isEmpty ? [] : (0..<3).map { _ in known[random(below: known.count)] }
    }

    private func cancel(at index: Int) {
        let (manager, ids) = (members[index].server.manager, someJobs())
        Task { _ = try? await manager.cancel(ids, reason: "test") }
    }

    private func archive(at index: Int) {
        let (manager, ids) = (members[index].server.manager, someJobs())
        Task { _ = try? await manager.archive(ids) }
    }

    private func remove(at index: Int) {
        let (manager, ids) = (members[index].server.manager, someJobs())
        unwanted.formUnion(ids)
        Task { _ = try? await manager.remove(ids) }
    }

    private func work(on machine: SimulatedMachine) {
        let living = machine.living
        guard !living.isEmpty else { return }
        let id = living[random(below: living.count)]
        switch random(below: 4) {
        case 0: machine.happen(.stageBegan(name: "map", number: 1, of: 2), to: id)
        case 1: machine.happen(.progressed(stage: 1, of: 2, fraction: 0.5), to: id)
        default: machine.happen(.ended(JobEnd(state: .complete)), to: id)
        }
    }

    private func kill(_ index: Int) {
        guard let task = members[index].task else { return }
        task.cancel()
        members[index].server.store.sever()
        members[index].task = nil
        members[index].isFrozen = false
        earlier.append(members[index].server)
    }

    private func revive(_ index: Int) async {
        guard members[index].task == nil else { return }
        members[index].server = make(members[index].id, members[index].machine)
        do {
            try await start(index)
        } catch {
            Issue.record("the store answers at a start: \(error)")
        }
    }

    private func freeze(_ index: Int) {
        guard members[index].task != nil else { return }
        members[index].server.store.freeze()
        members[index].isFrozen = true
    }

    private func thaw(_ index: Int) {
        guard members[index].isFrozen else { return }
        members[index].server.store.thaw()
        members[index].isFrozen = false
    }

    // MARK: The end

    /// Mends everything and lets all jobs end.
    func end() async throws {
        for index in members.indices {
            thaw(index)
            members[index].server.store.releaseFeeds()
            await revive(index)
        }
        await laboratory.pass(.seconds(20))
        await checkLiving()
        var rounds = 0
        while await !isQuiet(), rounds < 2000 {
            rounds += 1
            for member in members {
                for id in member.machine.living {
                    member.machine.happen(.ended(JobEnd(state: .complete)), to: id)
                }
            }
            await laboratory.pass(.seconds(1))
        }
    }

    /// With all servers back, what lives is what the store says, and on that machine.
    private func checkLiving() async {
        for member in members {
            for id in member.machine.living {
                let job = await laboratory.store.jobs.job(id)
                let isRight = job?.state.holdsResources == true && job?.server == member.id
                if !isRight, job != nil {
                    Issue.record("\(id) lives at \(member.id): \(world.trace(of: id))")
                }
            }
        }
    }

    private func isQuiet() async -> Bool {
        let versions = await laboratory.store.liveVersions()
        for member in members where member.server.recorder.view.mapValues(\.version) != versions {
            return false
        }
        let page = await laboratory.store.jobs.jobs(after: nil, limit: .max)
        return page.allSatisfy(\.state.isFinal) && world.living.isEmpty
    }

    func check() async {
        let jobs = await laboratory.store.jobs.jobs(after: nil, limit: .max)
        #expect(jobs.allSatisfy { $0.state.isFinal }, "from every state a final one is reached")
        let versions = await laboratory.store.liveVersions()
        for member in members {
            let recorder = member.server.recorder
            #expect(recorder.view.mapValues(\.version) == versions, "the view of \(member.id)")
            #expect(!recorder.isDisordered, "the order at \(member.id)")
            #expect(await member.server.manager.resources().used == .zero)
            #expect(await member.server.manager.resources().taskCounts.isEmpty)
        }
        for recorder in (members.map(\.server) + earlier).map(\.recorder) {
            checkHistory(recorder.changes)
        }
        let missing = accepted.ids.subtracting(unwanted).subtracting(jobs.map(\.id))
        #expect(missing.isEmpty, "accepted jobs are there")
        #expect(world.living.isEmpty, "nothing lives of jobs that have ended")
        let restartable = Set(jobs.filter { $0.task == "index" }.map(\.id)).union(unwanted)
        let twice = world.starts.filter { $0.value > 1 && !restartable.contains($0.key) }
        for id in twice.keys {
            Issue.record("\(id) was run twice: \(world.trace(of: id))")
        }
        #expect(await laboratory.openCallCount() == 0)
    }

    /// Final states stay, and versions never go back.
    private func checkHistory(_ changes: [CommittedChange]) {
        var last: [JobID: MinimalJob] = [:]
        for change in changes {
            switch change.content {
            case .gone(let id): last[id] = nil
            case .live(let job):
                // A job that was removed may have been made once more.
                if let before = last[job.id], before.added == job.added {
                    #expect(job.version >= before.version)
                    #expect(!before.state.isFinal || job.state == before.state)
                }
                last[job.id] = job
            }
        }
    }

    private func checkLimits() async {
        let running = await laboratory.store.jobs.jobs(after: nil, limit: .max)
            .filter(\.state.holdsResources)
        #expect(running.count { $0.task == "index" } <= 1, "the task's limit holds")
        for (server, jobs) in Dictionary(grouping: running, by: \.server) {
            let used = jobs.reduce(Resources.zero) { $0 + $1.resources }
            #expect(used.fits(in: machine), "what runs on \(server ?? "") fits")
        }
    }

    func stop() {
        for member in members {
            member.task?.cancel()
            member.server.store.sever()
        }
    }
}
