import JSON
import JobModel
import Testing

@Suite("Values from outside have ranges")
struct OutsideValueTests {
    static let job: JSONObject = [
        "_id": "a", "_version": 1, "task": "t", "proc": 1, "mem": 1,
        "status": [["state": "complete", "progress": 1, "date": "2026-01-01T00:00:00.000000Z"]],
        "usage": ["cpu_seconds": 1.5, "peak_memory": 1000],
    ]

    static let corners: [JSONValue] = [
        .integer(.min), .integer(.max), .number(-0x1p63), .number(0x1p63), .number(1e300), -1, 0.5,
        "1", nil,
    ]

    @Test("A job's document names what is out of range", arguments: ["_version", "proc", "mem"])
    func jobs(field: String) throws {
        _ = try Job(document: Self.job)
        for value in Self.corners {
            var document = Self.job
            document[field] = value
            let error = #expect(throws: JobDocumentError.self) { try Job(document: document) }
            #expect(error?.field == field)
        }
    }

    @Test("What was used is left out if it makes no sense", arguments: corners)
    func usage(value: JSONValue) throws {
        var document = Self.job
        document["usage"] = ["cpu_seconds": 1, "peak_memory": value]
        #expect(try Job(document: document).usage == nil)
        document["usage"] = ["cpu_seconds": value, "peak_memory": 1]
        let isTime = value == 0.5
        #expect(try (Job(document: document).usage != nil) == isTime)
    }

    @Test("Progress is a share, whatever a document says", arguments: corners)
    func progress(value: JSONValue) throws {
        var document = Self.job
        document["status"] = [
            ["state": "running", "progress": value, "date": "2026-01-01T00:00:00Z"]
        ]
        #expect(try (0...1).contains(Job(document: document).current.progress))
    }

    @Test("Moments stay within the years that can be written")
    func moments() throws {
        let first = try #require(Timestamp("0000-01-01T00:00:00Z"))
        let last = try #require(Timestamp("9999-12-31T23:59:59.999999Z"))
        #expect(Timestamp(microseconds: .min) == first)
        #expect(Timestamp(microseconds: .max) == last)
        #expect(last + .seconds(Int64.max) == last)
        #expect(first + .seconds(Int64.min) == first)
        #expect(last + .microseconds(-1) < last)
        #expect(last - first > .zero)
        #expect(first - last < .zero)
        #expect(Timestamp("9999-12-31T23:59:59-00:01") == nil)
        #expect(Timestamp("0000-01-01T00:00:00+00:01") == nil)
        #expect(Timestamp("0000-01-01T00:00:00-23:59") != nil)
        for moment in [first, last] { #expect(Timestamp(moment.description) == moment) }
    }

    @Test("A stage of any number has a progress")
    func stages() {
        for number in [Int.min, -2, -1, 0, 1, .max] {
            for count in [Int.min, -2, 0, 1, .max] {
                #expect((0...1).contains(Progress.atStage(number, of: count, fraction: .nan)))
            }
        }
    }

    @Test("Cores and memory that could not be added up are none")
    func resources() {
        #expect(Resources(checking: 1_000_000, 1_000_000_000) != nil)
        #expect(Resources(checking: 1 << 62, 1) == nil)
        #expect(Resources(checking: 1, 1 << 62) == nil)
        #expect(Resources(checking: -1, 1) == nil)
        #expect(Resources(checking: nil, 1) == nil)
    }
}
