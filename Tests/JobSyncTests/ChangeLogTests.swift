import JSON
import JobManagement
import JobModel
import JobProtocol
import JobStorage
import Testing
import WebSockets

@testable import JobSync

func job(
    _ id: JobID,
    version: Int = 0,
    task: String = "nuvs",
    state: JobState = .waiting,
    user: String = "igboyes",
    added: Int = 0
) -> MinimalJob {
    MinimalJob(
        id: id,
        version: version,
        task: task,
        resources: Resources(proc: 1, mem: 1),
        username: user,
        archived: false,
        added: Timestamp(microseconds: added),
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

    @Test(
        "A slow client, for whom removals are kept, does not have all be looked at for each change"
    )
    func slowClient() {
        var log = open()
        for seq in 1...20_001 {
            log.append(CommittedChange(seq: seq, content: .gone("j\(seq)")))
        }
        #expect(log.hasSurplusRemovals)
        log.forgetRemovals(upTo: 5)
        #expect(!log.hasSurplusRemovals)
        for seq in 20_002...22_600 {
            log.append(CommittedChange(seq: seq, content: .gone("j\(seq)")))
        }
        #expect(log.hasSurplusRemovals)
        log.forgetRemovals(upTo: log.head)
        #expect(log.entries.count == 10_000)
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
        #expect(client.view.mapValues(\.version) == ["j1": 0, "j4": 1, "j5": 0, "j6": 0, "j7": 0])
        #expect(client.cursor == 12)
        #expect(!log.canResume(epoch: "e1", seq: 8), "others may have been told of other removals")
        #expect(log.canResume(epoch: "e1", seq: 12))
    }

    @Test("Jobs that vanish without a change are kept by nobody, were he at the head")
    func vanished() {
        var log = open()
        for number in 1...6 {
            log.append(CommittedChange(seq: number, content: .live(job("j\(number)"))))
        }
        let rest = (1...5).map { CommittedChange(seq: $0, content: .live(job("j\($0)"))) }
        #expect(log.take(SnapshotRead(seq: 6, changes: rest)) == false)
        #expect(log.liveCount == 5)
        #expect(!log.canResume(epoch: "e1", seq: 6), "j6 would never be dropped")
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

    @Test("An id that is given to another job says goodbye to those who held the first")
    func reusedID() throws {
        var log = open()
        log.append(CommittedChange(seq: 1, content: .live(job("a"))))
        var client = ModelClient(filter: JobFilter(tasks: ["nuvs"]), log: log)
        try client.read(log)
        log.append(CommittedChange(seq: 2, content: .gone("a")))
        log.append(CommittedChange(seq: 3, content: .live(job("a", task: "index"))))
        log.append(CommittedChange(seq: 4, content: .live(job("a", version: 1, task: "index"))))
        try client.read(log)
        #expect(client.view.isEmpty)
        let other = log.page(for: JobFilter(tasks: ["nuvs"]), after: 3, emptyBelow: 3)
        #expect(other.removals == ["a"], "who knows what a client at 3 was told")
    }

    @Test("Frames of a history that is no more are not sent")
    func forgottenFrames() {
        var log = open()
        log.append(CommittedChange(seq: 1, content: .live(job("a"))))
        var frames = SyncFrames()
        let key = SyncFrameKey(
            subscription: 1,
            filter: JobFilter(),
            cursor: 0,
            emptyBelow: 0,
            isLoading: true
        )
        let first = frames.frame(for: key, from: log).frame?.payload
        log.beginAnew()
        log.append(CommittedChange(seq: 1, content: .live(job("b"))))
        frames.forget()
        #expect(frames.frame(for: key, from: log).frame?.payload != first)
    }
}
