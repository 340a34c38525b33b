import JobManagement
import JobModel
import JobProtocol
import JobStorage
import TestSupport
import Testing

@testable import JobSync

private func job(
    _ id: JobID,
    version: Int = 0,
    task: String = "nuvs",
    state: JobState = .waiting,
    user: String = "igboyes"
) -> MinimalJob {
    MinimalJob(
        id: id,
        version: version,
        task: task,
        resources: Resources(proc: 1, mem: 1),
        username: user,
        archived: false,
        added: Timestamp(microseconds: 0),
        state: state,
        progress: 0,
        stage: nil,
        updated: Timestamp(microseconds: version),
        error: nil
    )
}

@Suite("Change log")
struct ChangeLogTests {
    private func open(_ epoch: String = "e1", horizon: Int = 0) -> ChangeLog {
        var log = ChangeLog()
        log.open(at: StorePosition(epoch: epoch, seq: 0, horizon: horizon))
        return log
    }

    @Test("Keeps the newest of each job only, and counts what lives")
    func newest() throws {
        var log = open()
        for version in 0..<5000 {
            log.append(
                CommittedChange(seq: version + 1, content: .live(job("a", version: version)))
            )
        }
        log.append(CommittedChange(seq: 5001, content: .live(job("b"))))
        #expect(log.liveCount == 2)
        #expect(log.entries.count < 1100, "superseded entries are squeezed out")
        #expect(log.job("a")?.version == 4999)
        log.append(CommittedChange(seq: 5002, content: .gone("a")))
        #expect(log.liveCount == 1)
        #expect(log.job("a") == nil)
        var digest = ViewDigest()
        digest.toggle("b", version: 0)
        #expect(log.summary(for: JobFilter()).digest == digest)
    }

    @Test("A position can be resumed within its epoch, above the horizon and not ahead")
    func resume() {
        var log = open(horizon: 3)
        for seq in 4...6 { log.append(CommittedChange(seq: seq, content: .live(job("a")))) }
        #expect(log.canResume(epoch: "e1", seq: 3))
        #expect(log.canResume(epoch: "e1", seq: 6))
        #expect(!log.canResume(epoch: "e1", seq: 2))
        #expect(!log.canResume(epoch: "e1", seq: 7))
        #expect(!log.canResume(epoch: "e0", seq: 5))
    }

    @Test("Forgotten removals raise the horizon")
    func horizon() {
        var log = open()
        for seq in 1...30_000 {
            log.append(CommittedChange(seq: seq, content: .gone("j\(seq)")))
        }
        log.forgetRemovals(upTo: 500)
        #expect(log.horizon == 500, "a client that stands at 500 is still told of the rest")
        log.forgetRemovals(upTo: log.head)
        #expect(log.horizon >= 9_999)
        #expect(!log.canResume(epoch: "e1", seq: 9_000))
        #expect(log.canResume(epoch: "e1", seq: 25_000))
    }

    @Test("Another epoch begins the log anew")
    func epoch() {
        var log = open()
        log.append(CommittedChange(seq: 1, content: .live(job("a"))))
        log.open(at: StorePosition(epoch: "e1", seq: 1, horizon: 0))
        #expect(log.liveCount == 1)
        log.open(at: StorePosition(epoch: "e2", seq: 0, horizon: 0))
        #expect(log.liveCount == 0)
        #expect(log.head == 0)
    }

    @Test("From all that lives it is worked out what has gone; no two entries share a position")
    func snapshot() throws {
        var log = open()
        for number in 1...6 {
            log.append(CommittedChange(seq: number, content: .live(job("j\(number)"))))
        }
        var client = ModelClient(filter: JobFilter(), log: log)
        try client.read(log)
        // j2 and j3 have gone, j4 has changed, j7 is new, j5 has changed behind the position.
        let snapshot = SnapshotRead(
            seq: 12,
            changes: [
                CommittedChange(seq: 1, content: .live(job("j1"))),
                CommittedChange(seq: 6, content: .live(job("j6"))),
                CommittedChange(seq: 9, content: .live(job("j4", version: 1))),
                CommittedChange(seq: 12, content: .live(job("j7"))),
            ],
            later: ["j5"]
        )
        #expect(log.take(snapshot) == true)
        let seqs = log.entries.map(\.seq)
        #expect(seqs == Set(seqs).sorted())
        #expect(log.head == 12)
        try client.read(log)
        #expect(client.view == ["j1": 0, "j4": 1, "j5": 0, "j6": 0, "j7": 0])
        #expect(client.cursor == 12)
        #expect(!log.canResume(epoch: "e1", seq: 8), "others may have been told of other removals")
        #expect(log.canResume(epoch: "e1", seq: 12))
    }

    @Test("Where there is no room for what has gone, everybody begins anew")
    func snapshotWithoutRoom() {
        var log = open()
        for number in 1...6 {
            log.append(CommittedChange(seq: number, content: .live(job("j\(number)"))))
        }
        let change = CommittedChange(seq: 7, content: .live(job("j1", version: 1)))
        #expect(log.take(SnapshotRead(seq: 7, changes: [change])) == false)
        #expect(log.liveCount == 1)
        #expect(log.epoch == "e1")
        #expect(!log.canResume(epoch: "e1", seq: 6))
    }

    @Test("A job that no longer matches is dropped; one that never could is not mentioned")
    func noLongerMatching() throws {
        var log = open()
        log.append(CommittedChange(seq: 1, content: .live(job("a", state: .running))))
        log.append(CommittedChange(seq: 2, content: .live(job("b", task: "index"))))
        let filter = JobFilter(tasks: ["nuvs"], states: [.running])
        log.append(CommittedChange(seq: 3, content: .live(job("a", version: 1, state: .complete))))
        log.append(CommittedChange(seq: 4, content: .live(job("b", version: 1, task: "index"))))
        let page = log.page(for: filter, after: 2, emptyBelow: 0)
        #expect(page.removals == ["a"])
        #expect(page.puts.isEmpty)
        #expect(page.seq == 4)
        let first = log.page(for: filter, after: 0, emptyBelow: 4)
        #expect(first.removals.isEmpty, "a client that holds nothing drops nothing")
    }

    @Test("Pages are bounded, and together they hold everything once")
    func pages() throws {
        var log = open()
        for number in 1...3000 {
            log.append(CommittedChange(seq: number, content: .live(job("j\(number)"))))
        }
        var client = ModelClient(filter: JobFilter(), log: log)
        var count = 0
        while !client.isInStep {
            let page = log.page(for: JobFilter(), after: client.cursor, emptyBelow: log.head)
            #expect(page.puts.count < ChangeLog.pageBytes + 1000)
            try client.read(log)
            count += 1
        }
        #expect(client.view.count == 3000)
        #expect(count > 5)
    }

    @Test("After quiet every view equals the store's, whatever happened", arguments: 1...60)
    func views(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var world = World(log: open(), generator: generator)
        var clients = (0..<12).map { _ in
            ModelClient(filter: .random(using: &generator), log: world.log)
        }
        for _ in 0..<600 {
            world.step()
            for index in clients.indices {
                switch Int.random(in: 0..<20, using: &generator) {
                case 0..<8: try clients[index].read(world.log)
                case 8:
                    clients[index].connect(to: world.log, withManifest: .random(using: &generator))
                default: break
                }
            }
        }
        for index in clients.indices {
            if clients[index].epoch != world.log.epoch {
                clients[index].connect(to: world.log, withManifest: true)
            }
            repeat {
                try clients[index].read(world.log)
            } while !clients[index].isInStep || clients[index].cursor < world.log.head
            #expect(clients[index].view == world.view(for: clients[index].filter))
        }
    }
}

/// The store, as plainly as can be, beside the log that follows it.
private struct World {
    var log: ChangeLog
    var generator: SeededGenerator
    var jobs: [JobID: MinimalJob] = [:]
    var versions: [JobID: Int] = [:]
    var seq = 0
    var epochs = 1

    init(log: ChangeLog, generator: SeededGenerator) {
        self.log = log
        self.generator = generator
    }

    func view(for filter: JobFilter) -> [JobID: Int] {
        jobs.filter { filter.admits($0.value) }.mapValues(\.version)
    }

    mutating func step() {
        seq += 1
        let number = Int.random(in: 0..<80, using: &generator)
        let id: JobID = "j\(number)"
        if Int.random(in: 0..<6, using: &generator) == 0 {
            jobs[id] = nil
            log.append(CommittedChange(seq: seq, content: .gone(id)))
        } else {
            let changed = change(number)
            jobs[id] = changed
            log.append(CommittedChange(seq: seq, content: .live(changed)))
        }
        if Int.random(in: 0..<300, using: &generator) == 0 { restore() }
        if Int.random(in: 0..<60, using: &generator) == 0 { miss() }
    }

    private mutating func change(_ number: Int) -> MinimalJob {
        let id: JobID = "j\(number)"
        versions[id, default: 0] += 1
        return job(
            id,
            version: versions[id] ?? 0,
            task: number.isMultiple(of: 2) ? "nuvs" : "index",
            state: JobState.allCases.randomElement(using: &generator) ?? .running,
            user: number.isMultiple(of: 3) ? "igboyes" : "jlee"
        )
    }

    /// Changes are missed, and everything is read anew.
    private mutating func miss() {
        var last: [JobID: Int] = [:]
        for _ in 0..<Int.random(in: 1...40, using: &generator) {
            seq += 1
            let number = Int.random(in: 0..<80, using: &generator)
            let id: JobID = "j\(number)"
            last[id] = seq
            if Bool.random(using: &generator) {
                jobs[id] = nil
            } else {
                jobs[id] = change(number)
            }
        }
        let changes = jobs.map { id, job in
            CommittedChange(seq: last[id] ?? log.seq(of: id), content: .live(job))
        }
        let snapshot = SnapshotRead(seq: seq, changes: changes.sorted { $0.seq < $1.seq })
        #expect(log.take(snapshot) == true)
    }

    /// The store was restored from a copy: the same jobs, another history.
    private mutating func restore() {
        epochs += 1
        log.open(at: StorePosition(epoch: "e\(epochs)", seq: 0, horizon: 0))
        seq = 0
        for id in jobs.keys.sorted() {
            guard let job = jobs[id] else { continue }
            seq += 1
            log.append(CommittedChange(seq: seq, content: .live(job)))
        }
    }
}

extension ChangeLog {
    fileprivate func seq(of id: JobID) -> Int {
        entries.last { $0.id == id }?.seq ?? 0
    }
}

extension JobFilter {
    fileprivate static func random(using generator: inout SeededGenerator) -> JobFilter {
        var filter = JobFilter()
        if Bool.random(using: &generator) { filter.tasks = ["nuvs"] }
        if Bool.random(using: &generator) { filter.states = [.running, .waiting] }
        if Int.random(in: 0..<4, using: &generator) == 0 { filter.usernames = ["igboyes"] }
        if Int.random(in: 0..<4, using: &generator) == 0 {
            filter.ids = Set((0..<20).map { "j\($0)" })
        }
        return filter
    }
}
