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
        .result(["a": [1, nil]]), .waiting("no space"), .waiting(nil),
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

    @Test func whereThePeakIsNotKnownTheTimeIs() throws {
        let end = JournalEnd(
            state: .cancelled,
            usage: ResourceUsage(cpuSeconds: 1.5, peakMemory: nil)
        )
        var writer = try JournalWriter(path)
        try writer.append(.end(end), at: date)
        var reader = JournalReader(path)
        #expect(try reader.read().map(\.entry) == [.end(end)])
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
        try writer.append(Self.entries[6], at: date)
        var reader = JournalReader(path)
        #expect(try reader.read().map(\.entry) == [Self.entries[6]])
    }

    @Test func nothingCountsAfterTheEnd() throws {
        var writer = try JournalWriter(path)
        for entry in [Self.entries[6], Self.entries[1], Self.entries[6]] {
            try writer.append(entry, at: date)
        }
        var reader = JournalReader(path)
        #expect(try reader.read().map(\.entry) == [Self.entries[6]])
        #expect(try reader.read().isEmpty)
    }
}

/// What somebody, or a broken disk, may have written into a journal.
@Suite struct ForgedJournalTests {
    private let bench: Bench
    private let path: FilePath
    private static let date = Timestamp(microseconds: 1_472_125_702_375_557)
    private static let end = JournalEntry.end(JournalEnd(state: .complete))

    init() throws {
        bench = try Bench()
        path = bench.folders.data.appending("journal.jsonl")
    }

    private static let corners = [
        "9223372036854775807", "-9223372036854775808", "9223372036854775808",
        "-9223372036854775809", "-9.223372036854775808e18", "1e400", "-1", "0.5", "null", "\"1\"",
        "[]",
    ]

    private static let lines: [String] = corners.flatMap { corner in
        [
            #"{"t":"\#(date)","event":"started","pid":\#(corner),"start_time":1,"boot_id":"b"}"#,
            #"{"t":"\#(date)","event":"started","pid":1,"start_time":\#(corner),"boot_id":"b"}"#,
            #"{"t":"\#(date)","event":"stage","name":"a","number":\#(corner),"of":2}"#,
            #"{"t":"\#(date)","event":"stage","name":"a","number":1,"of":\#(corner)}"#,
            #"{"t":"\#(date)","event":"progress","stage":\#(corner),"fraction":0.1}"#,
            #"{"t":"\#(date)","event":"progress","stage":1,"fraction":\#(corner)}"#,
            #"{"t":"\#(date)","event":"result","value":\#(corner)}"#,
            #"{"t":"\#(date)","event":"file","file":\#(corner)}"#,
            #"{"t":\#(corner),"event":"result","value":1}"#,
        ]
    }

    @Test func numbersOutOfRangeAreLeftOutOrHarmless() throws {
        try bench.write(Self.lines.joined(separator: "\n") + "\n", to: "journal.jsonl")
        var writer = try JournalWriter(path)
        try writer.append(Self.end, at: Self.date)
        var reader = JournalReader(path)
        let entries = try reader.read()
        #expect(entries.last?.entry == Self.end)
        for entry in entries {
            switch entry.entry {
            case .stage(_, let number, let count): #expect((1...count).contains(number))
            case .progress(let stage, let fraction):
                #expect((0...1).contains(Progress.atStage(stage, of: 1, fraction: fraction)))
            case .started(let process): #expect(process.pid > 0 && process.startTime >= 0)
            case .result, .kept, .waiting, .notStarted, .end: break
            }
            #expect(!JSONValue.object(entry.entry.line(at: entry.date)).encoded.isEmpty)
        }
    }

    @Test(arguments: ["1e300", "-1", "9223372036854775807", "-9.223372036854775808e18"])
    func whatAJobUsedIsLeftOutIfItMakesNoSense(number: String) throws {
        for members in [
            #""cpu_seconds":\#(number),"peak_memory":1"#,
            #""cpu_seconds":1,"peak_memory":\#(number)"#,
        ] {
            try bench.write(
                #"{"t":"\#(Self.date)","event":"end","state":"complete",\#(members)}"# + "\n",
                to: "journal.jsonl"
            )
            var reader = JournalReader(path)
            let isTime = members.hasPrefix(#""cpu_seconds":9"#)
            guard case .end(let end) = try reader.read().first?.entry else {
                Issue.record("the end was not read")
                return
            }
            #expect(isTime || end.usage == nil)
        }
    }

    @Test(arguments: ["9999-12-31T23:59:59.999999Z", "2999-01-01T00:00:00Z"])
    func nothingWasWrittenInTheFuture(date: String) throws {
        try bench.write(
            #"{"t":"\#(date)","event":"end","state":"complete"}"# + "\n",
            to: "journal.jsonl"
        )
        var reader = JournalReader(path)
        #expect(try reader.read().allSatisfy { $0.date <= .present })
    }

    /// A result of as many levels as a task's may have comes through; deeper ones are no crash.
    @Test(arguments: [30, 32, 60, 128, 100_000])
    func deepResultsAreReadOrLeftOut(depth: Int) throws {
        let value = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        try bench.write(
            #"{"t":"\#(Self.date)","event":"result","value":\#(value)}"# + "\n",
            to: "journal.jsonl"
        )
        var reader = JournalReader(path)
        #expect(try reader.read().count == (depth <= 60 ? 1 : 0))
    }

    /// Neither time nor memory grow with the line: it is read in portions, each byte once.
    @Test func aLineWithoutAnEndIsReadInPortionsAndForgotten() throws {
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        var reader = JournalReader(path)
        for _ in 0..<32 {
            let file = try FileDescriptor.open(
                path,
                .writeOnly,
                options: [.create, .append],
                permissions: .ownerReadWrite
            )
            try file.closeAfter { _ = try file.writeAll(piece) }
            var entries: [JournalReader.DatedEntry] = []
            while try reader.readPortion(into: &entries) {}
            #expect(entries.isEmpty)
        }
        #expect(reader.damagedLines == 1)
        var writer = try JournalWriter(path)
        try writer.append(Self.end, at: Self.date)
        #expect(try reader.read().map(\.entry) == [Self.end])
        #expect(reader.damagedLines == 1)
    }

    @Test func whatIsTooLongForALineIsAFileOfItsOwn() throws {
        let long = JSONValue.array((0..<20_000).map { .integer($0) })
        var writer = try JournalWriter(path)
        let entries: [JournalEntry] = [
            .stage(name: String(repeating: "n", count: 70_000), number: 1, of: 1), .result(long),
            Self.end,
        ]
        for entry in entries { try writer.append(entry, at: Self.date) }
        let lines = try Files.read(path).split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 3 && lines.allSatisfy { $0.count <= 64 << 10 })
        var reader = JournalReader(path)
        #expect(try reader.read().map(\.entry) == entries)
    }

    @Test(arguments: ["../secret", "/etc/passwd", "entry-9", "", "."])
    func aLineNamesNoFileElsewhere(name: String) throws {
        try bench.write(#"{"event":"result","value":1}"#, to: "secret.json")
        try bench.write(
            #"{"t":"\#(Self.date)","event":"file","file":"\#(name)"}"# + "\n",
            to: "journal.jsonl"
        )
        var reader = JournalReader(path)
        #expect(try reader.read().isEmpty)
        #expect(reader.damagedLines == 1)
    }

    @Test func anEndThatIsTooLongSaysLess() throws {
        let log = (0..<40).map { "\($0) " + String(repeating: "\u{1}", count: 4000) }
        let error = JobError(
            cause: .exit,
            message: String(repeating: "m", count: 100_000),
            log: log
        )
        var writer = try JournalWriter(path)
        try writer.append(.end(JournalEnd(state: .error, error: error)), at: Self.date)
        #expect((Files.size(of: path) ?? 0) <= 64 << 10)
        var reader = JournalReader(path)
        guard case .end(let end) = try reader.read().first?.entry else {
            Issue.record("the end was not read")
            return
        }
        #expect(end.state == .error && end.error?.cause == .exit)
        #expect(end.error?.log.last == log.last)
        #expect(end.error?.message.hasPrefix("mmm") == true)
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
