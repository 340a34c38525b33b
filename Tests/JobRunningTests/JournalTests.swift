import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

@Suite struct JournalTests {
    private let bench: Bench
    private let path: FilePath
    private let date = Timestamp(microseconds: 1_472_125_702_375_557)

    init() throws {
        bench = try Bench()
        path = bench.folders.data.appending("journal.jsonl")
    }

    private static let entries: [JournalEntry] = [
        .started(ProcessIdentity(pid: 7, startTime: 99, bootID: "b")),
        .stage(name: "stats", number: 2, of: 5), .progress(stage: 2, fraction: 0.25),
        .result(["a": [1, nil]]),
        .end(
            JournalEnd(
                state: .error,
                error: JobError(cause: .exit, message: "no", log: ["a", "b"]),
                usage: ResourceUsage(cpuSeconds: 1.5, peakMemory: 1024)
            )
        ),
    ]

    @Test func whatIsWrittenIsRead() throws {
        var writer = try JournalWriter(path)
        for entry in Self.entries { try writer.append(entry, at: date) }
        var reader = JournalReader(path)
        let read = try reader.read()
        #expect(read.map(\.entry) == Self.entries)
        #expect(read.allSatisfy { $0.date == date })
        #expect(reader.hasEnded)
        #expect(try reader.read().isEmpty)
    }

    @Test func aHalfWrittenLineWaits() throws {
        let whole = Array(JSONValue.object(Self.entries[1].line(at: date)).encoded) + [10]
        var reader = JournalReader(path)
        #expect(try reader.read().isEmpty)
        for end in 1..<whole.count {
            try Files.write(Array(whole[..<end]), to: path)
            #expect(try reader.read().isEmpty)
        }
        try Files.write(whole, to: path)
        #expect(try reader.read().map(\.entry) == [Self.entries[1]])
        #expect(reader.damagedLines == 0)
    }

    @Test func aDamagedLineIsLeftOutAndCounted() throws {
        try bench.write(
            "{\"t\":\"x\n\u{0}\u{0}\n[]\n{\"event\":\"later\"}\n\n",
            to: "journal.jsonl"
        )
        var writer = try JournalWriter(path)
        try writer.append(Self.entries[2], at: date)
        var reader = JournalReader(path)
        #expect(try reader.read().map(\.entry) == [Self.entries[2]])
        #expect(reader.damagedLines == 4)
    }

    /// A writer that goes on after one that died in the middle of a line begins a new one.
    @Test func aTornLineDoesNotTakeTheNextOneAlong() throws {
        try bench.write("{\"t\":\"2016-", to: "journal.jsonl")
        var writer = try JournalWriter(path)
        try writer.append(Self.entries[4], at: date)
        var reader = JournalReader(path)
        #expect(try reader.read().map(\.entry) == [Self.entries[4]])
    }

    @Test func nothingCountsAfterTheEnd() throws {
        var writer = try JournalWriter(path)
        for entry in [Self.entries[4], Self.entries[1], Self.entries[4]] {
            try writer.append(entry, at: date)
        }
        var reader = JournalReader(path)
        #expect(try reader.read().map(\.entry) == [Self.entries[4]])
        #expect(try reader.read().isEmpty)
    }
}

@Suite struct ProgressTellerTests {
    private func told(_ fraction: Double) -> ProgressTeller.Told {
        ProgressTeller.Told(
            stage: 1,
            count: 1,
            fraction: fraction,
            date: Timestamp(microseconds: 0)
        )
    }

    @Test func fourASecondAndTheLastOneIsNotLost() {
        var teller = ProgressTeller()
        let start = ContinuousClock.now
        #expect(teller.take(told(0.1), now: start) == .tell)
        #expect(teller.telling(now: start) == told(0.1))
        let soon = start + .milliseconds(100)
        #expect(teller.take(told(0.2), now: soon) == .tellLater(.milliseconds(150)))
        #expect(teller.take(told(0.3), now: soon) == .wait)
        #expect(teller.telling(now: start + .milliseconds(250)) == told(0.3))
        #expect(teller.telling(now: start + .milliseconds(251)) == nil)
        #expect(teller.take(told(0.3), now: start + .seconds(9)) == .wait)
    }

    @Test func aNewStageForgetsTheOldOne() {
        var teller = ProgressTeller()
        _ = teller.take(told(0.1), now: .now)
        teller.beginStage()
        #expect(teller.telling(now: .now) == nil)
    }
}
