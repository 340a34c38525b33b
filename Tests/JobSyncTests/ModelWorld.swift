import JSON
import JobManagement
import JobModel
import JobStorage
import TestSupport
import Testing

@testable import JobSync

/// The store, as plainly as can be, beside the log that follows it.
struct ModelWorld {
    private(set) var log = ChangeLog()
    private(set) var jobs: [JobID: MinimalJob] = [:]
    /// How often clients were sent away, because their positions meant nothing any more.
    private(set) var upheavals = 0
    private var generator: SeededGenerator
    private var seq = 0
    private var epochs = 1
    private var lives = 0

    /// So many ids there are; few, so that they are used again and again.
    private static let idCount = 80

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        log.open(at: StorePosition(epoch: "e1", seq: 0, horizon: 0))
    }

    /// What a client with a filter must hold when all is quiet.
    func view(for filter: JobFilter) -> [JobID: ModelClient.Held] {
        jobs.filter { filter.admits($0.value) }.mapValues(ModelClient.Held.init)
    }

    /// Does one thing, mostly to one job.
    ///
    /// - Parameter floor: Up to where every connected client has been told of removals.
    mutating func step(floor: Int) {
        switch Int.random(in: 0..<1200, using: &generator) {
        case 0..<4: restore()
        case 4..<24: miss()
        case 24..<26: missTooMuch()
        case 26: removeMany(floor: floor)
        case 27..<30: openElsewhere()
        default: commit(change(anyID))
        }
    }

    private var anyID: JobID {
        mutating get { "j\(Int.random(in: 0..<Self.idCount, using: &generator))" }
    }

    private mutating func commit(_ content: CommittedChange.Content) {
        seq += 1
        log.append(CommittedChange(seq: seq, content: content))
    }

    /// Makes a job, brings it on, or removes it.
    private mutating func change(_ id: JobID) -> CommittedChange.Content {
        if let old = jobs[id], Int.random(in: 0..<6, using: &generator) > 0 {
            let next = job(
                id,
                version: old.version + 1,
                task: old.task,
                state: .allCases.randomElement(using: &generator) ?? .running,
                user: old.username,
                added: old.added.microseconds
            )
            jobs[id] = next
            return .live(next)
        }
        guard jobs.removeValue(forKey: id) == nil else { return .gone(id) }
        // An id that is used again may be another task's and another user's. Versions begin lower than
        // they ever were, for a manifest cannot tell two jobs of the same id and version apart.
        lives += 1
        let new = job(
            id,
            version: 1_000_000 - lives * 1000,
            task: Bool.random(using: &generator) ? "nuvs" : "index",
            user: Bool.random(using: &generator) ? "igboyes" : "jlee",
            added: lives
        )
        jobs[id] = new
        return .live(new)
    }

    /// Changes are missed, and everything is read anew.
    private mutating func miss() {
        var last: [JobID: Int] = [:]
        for _ in 0..<Int.random(in: 1...40, using: &generator) {
            seq += 1
            let id = anyID
            last[id] = seq
            _ = change(id)
        }
        let changes = jobs.map { id, job in
            CommittedChange(seq: last[id] ?? log.seq(of: id), content: .live(job))
        }
        let snapshot = SnapshotRead(seq: seq, changes: changes.sorted { $0.seq < $1.seq })
        #expect(log.take(snapshot) == true)
    }

    /// Jobs have vanished, and nobody has counted: clients must begin anew.
    private mutating func missTooMuch() {
        guard let victim = jobs.keys.min() else { return }
        jobs[victim] = nil
        let changes = jobs.map { id, job in
            CommittedChange(seq: log.seq(of: id), content: .live(job))
        }
        let snapshot = SnapshotRead(seq: seq, changes: changes.sorted { $0.seq < $1.seq })
        #expect(log.take(snapshot) == false)
        upheavals += 1
    }

    /// So many jobs go that the oldest removals are forgotten.
    private mutating func removeMany(floor: Int) {
        for number in 0..<21_000 { commit(.gone("x\(number)")) }
        log.forgetRemovals(upTo: floor)
    }

    /// The same history is opened once more, as after a failure of the store.
    private mutating func openElsewhere() {
        log.open(at: StorePosition(epoch: log.epoch, seq: seq, horizon: log.horizon))
    }

    /// The store was restored from a copy: the same jobs, another history.
    private mutating func restore() {
        epochs += 1
        upheavals += 1
        log.open(at: StorePosition(epoch: "e\(epochs)", seq: 0, horizon: 0))
        seq = 0
        for id in jobs.keys.sorted() {
            guard let job = jobs[id] else { continue }
            commit(.live(job))
        }
    }
}

extension ChangeLog {
    fileprivate func seq(of id: JobID) -> Int {
        entries.last { $0.id == id }?.seq ?? 0
    }
}

extension JobFilter {
    /// Any combination of what can be filtered by.
    static func random(using generator: inout SeededGenerator) -> JobFilter {
        var filter = JobFilter()
        if Bool.random(using: &generator) { filter.tasks = ["nuvs"] }
        if Bool.random(using: &generator) {
            filter.states = Set(
                JobState.allCases.filter { _ in Bool.random(using: &generator) }
            )
        }
        if Int.random(in: 0..<4, using: &generator) == 0 { filter.usernames = ["igboyes"] }
        if Int.random(in: 0..<4, using: &generator) == 0 {
            filter.ids = Set((0..<20).map { _ in "j\(Int.random(in: 0..<90, using: &generator))" })
        }
        return filter
    }
}
