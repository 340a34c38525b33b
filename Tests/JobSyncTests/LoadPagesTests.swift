import JSON
import JobManagement
import JobModel
import JobProtocol
import JobStorage
import TestSupport
import Testing
import WebSockets

@testable import JobSync

/// A client that reads frames, as they go over the wire.
private struct FrameReader {
    let emptyBelow: Int
    var cursor = 0
    var isLoading = true
    var view: [JobID: Int] = [:]

    var key: SyncFrameKey {
        SyncFrameKey(
            subscription: 1,
            filter: JobFilter(),
            cursor: cursor,
            emptyBelow: emptyBelow > cursor ? emptyBelow : 0,
            isLoading: isLoading
        )
    }

    mutating func read(_ frames: inout SyncFrames, _ log: ChangeLog) throws {
        let next = frames.frame(for: key, from: log)
        cursor = next.seq
        if next.isLast { isLoading = false }
        guard let frame = next.frame else { return }
        let params = try JSONValue(parsing: Array(frame.payload))["params"]
        for document in params?["put"]?.arrayValue ?? [] {
            let job = try #require(MinimalJob(document: document))
            #expect(job.version >= view[job.id] ?? -1, "versions never go back")
            view[job.id] = job.version
        }
        for id in params?["del"]?.arrayValue ?? [] {
            view[try #require(id.stringValue.flatMap { JobID($0) })] = nil
        }
    }
}

@Suite("Pages of first loads")
struct LoadPagesTests {
    private static let count = 2000
    private let start = ContinuousClock.now

    /// A log of many jobs, and what lives in it.
    private struct History {
        var log = ChangeLog()
        var live: [JobID: Int] = [:]

        init() {
            log.open(at: StorePosition(epoch: "e", seq: 0, horizon: 0))
            for number in 0..<LoadPagesTests.count { put("job\(number)") }
        }

        mutating func put(_ id: JobID) {
            let version = live[id].map { $0 + 1 } ?? 0
            live[id] = version
            let job = MinimalJob(
                id: id,
                version: version,
                task: "nuvs",
                resources: Resources(proc: 1, mem: 1),
                username: "igboyes",
                archived: false,
                added: Timestamp(microseconds: 0),
                state: .waiting,
                progress: 0,
                stage: nil,
                updated: Timestamp(microseconds: version),
                error: nil
            )
            log.append(CommittedChange(seq: log.head + 1, content: .live(job)))
        }

        mutating func remove(_ id: JobID) {
            live[id] = nil
            log.append(CommittedChange(seq: log.head + 1, content: .gone(id)))
        }
    }

    @Test("Clients who begin together share pages though jobs change, and all end in step")
    func shared() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        var history = History()
        var frames = SyncFrames()
        var readers: [FrameReader] = []
        for round in 0..<60 {
            if round < 20 {
                let now = start + .milliseconds(round * 40)
                let base = frames.beginLoad(of: history.log, at: now)
                readers.append(FrameReader(emptyBelow: base))
            }
            for index in readers.indices {
                if Bool.random(using: &random) { try readers[index].read(&frames, history.log) }
            }
            for _ in 0..<20 {
                let id: JobID = "job\(Int.random(in: 0..<Self.count, using: &random))"
                guard history.live[id] != nil else { continue }
                if Int.random(in: 0..<4, using: &random) == 0 {
                    history.remove(id)
                } else {
                    history.put(id)
                }
            }
        }
        for index in readers.indices {
            while readers[index].isLoading || readers[index].cursor < history.log.head {
                try readers[index].read(&frames, history.log)
            }
            #expect(readers[index].view == history.live, "seed \(seed)")
        }
        #expect(frames.reusedCount > frames.builtCount / 4)
        #expect(Set(readers.map(\.emptyBelow)).count == 1)
    }

    @Test("Who comes later begins a load of his own, and so does who comes to another history")
    func apart() throws {
        var history = History()
        var frames = SyncFrames()
        let first = frames.beginLoad(of: history.log, at: start)
        history.put("job1")
        #expect(frames.beginLoad(of: history.log, at: start + .milliseconds(999)) == first)
        #expect(frames.beginLoad(of: history.log, at: start + .seconds(1)) == first + 1)
        history.put("job1")
        history.log.advance(to: history.log.head)
        #expect(
            frames.beginLoad(of: history.log, at: start + .milliseconds(1001)) == first + 2,
            "removals since the first of them began are forgotten"
        )
        var other = ChangeLog()
        other.open(at: StorePosition(epoch: "other", seq: 0, horizon: 0))
        #expect(frames.beginLoad(of: other, at: start + .milliseconds(1002)) == 0)
    }

    @Test("Pages are not kept for ever")
    func forgotten() throws {
        let history = History()
        var frames = SyncFrames()
        var reader = FrameReader(emptyBelow: frames.beginLoad(of: history.log, at: start))
        var other = reader
        while reader.isLoading { try reader.read(&frames, history.log) }
        frames.forgetPages(at: start + .seconds(9))
        try other.read(&frames, history.log)
        #expect(frames.reusedCount == 1)
        frames.forgetPages(at: start + .seconds(10))
        try other.read(&frames, history.log)
        #expect(frames.reusedCount == 1)
    }
}
