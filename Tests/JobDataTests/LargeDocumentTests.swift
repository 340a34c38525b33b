import JSON
import JobData
import JobModel
import JobRunning
import JobTasks
import Synchronization
import SystemPackage
import Testing

/// Documents that no line of a journal and no document of MongoDB holds.
@Suite("Large documents", .timeLimit(.minutes(6)))
struct LargeDocumentTests {
    private final class Reporter: TaskReporter {
        private let state = Mutex<DataRecord?>(nil)

        var isStopping: Bool { false }
        var kept: DataRecord? { state.withLock { $0 } }

        func log(_ lines: [String]) {}
        func progress(_ fraction: Double) {}
        func keep(_ record: DataRecord) -> Bool {
            state.withLock { $0 = record }
            return true
        }
    }

    private static func finding(_ number: Int) -> JSONValue {
        [
            "id": .string("NC_\(number)"), "pi": 0.00005, "reads": .integer(number),
            "depths": .array((0..<60).map { .number(Double($0 % 17) + 0.25) }),
        ]
    }

    @Test("20,000 findings lie in a file, and are shown as if they did not")
    func findings() async throws {
        let room = try Storeroom()
        let data = room.folders.data
        let reporter = Reporter()
        let context = TaskContext(
            id: "job1",
            task: "test",
            username: "tester",
            args: [:],
            resources: Resources(proc: 1, mem: 1),
            work: data.appending("work"),
            data: data,
            reporter: reporter
        )
        let document: JSONObject = [
            "id": "job1", "read_count": 20_000,
            "diagnosis": .array((0..<20_000).map(Self.finding)), "tools": ["bowtie2": "2.5.0"],
        ]
        let key = try #require(DataKey(.analysis, "job1"))
        let folder = data.pushing("work/analysis")
        try Files.makeFolder(folder)
        try context.publish(key, name: "large", document: document, folder: folder)

        let record = try #require(reporter.kept)
        #expect(record.document["diagnosis"] == nil)
        #expect(record.document["read_count"] == 20_000)
        #expect(
            record.document["omitted"] == [
                "kind": "analysis", "_id": "job1", "file": "analyses/job1/analysis.json",
                "members": ["diagnosis": 20_000],
            ]
        )
        #expect(context.result == .object(record.document))
        #expect(room.isInPlace(record))
        let keeper = room.makeKeeper()
        try await keeper.keep(record)
        let whole = try await keeper.wholeRecord(.analysis, "job1")
        #expect(whole.document == document)
        #expect(try await keeper.record(.analysis, "job1") == record)

        // Where the file is not, the record says where it should be.
        try Files.remove(data.pushing("analyses/job1/analysis.json"))
        #expect(try await keeper.wholeRecord(.analysis, "job1") == record)
    }

    @Test("What stays in a record fits a line of a journal")
    func line() async throws {
        let room = try Storeroom()
        let reporter = Reporter()
        let context = TaskContext(
            id: "job1",
            task: "test",
            username: "tester",
            args: [:],
            resources: Resources(proc: 1, mem: 1),
            work: room.folders.data.appending("work"),
            data: room.folders.data,
            reporter: reporter
        )
        let folder = room.folders.data.pushing("work/host")
        let text = JSONValue.string(String(repeating: "x", count: 300_000))
        for (number, count) in [3, 4, 9].enumerated() {
            let key = try #require(DataKey(.host, "h\(number)"))
            try Files.makeFolder(folder)
            let document = JSONObject(
                uniqueKeysWithValues: (0..<count).map { ("m\($0)", text) }
            )
            try context.publish(key, name: "large", document: document, folder: folder)
            let record = try #require(reporter.kept)
            let line = JournalEntry.kept(record).line(at: record.created)
            #expect(JSONValue.object(line).encoded.count < 2 << 20)
            #expect((record.document == document) == (count == 3))
            try await room.makeKeeper().keep(record)
            let whole = try await room.makeKeeper().wholeRecord(.host, key.id)
            #expect(whole.document == document)
        }
    }
}
