import JSON
import JobModel
import Testing

@Suite("Job")
struct JobTests {
    static let start = Timestamp(microseconds: 1_472_125_702_375_557)

    static func newJob() -> Job {
        Job(
            new: "a1",
            task: "add_host",
            args: ["file": "x.fa"],
            resources: Resources(proc: 1, mem: 4),
            username: "igboyes",
            at: start
        )
    }

    @Test("A new job waits, with version 0 and one entry")
    func new() throws {
        let job = Self.newJob()
        #expect(job.version == 0)
        #expect(job.state == .waiting)
        #expect(job.status.count == 1)
        #expect(job.added == Self.start)
    }

    @Test(
        "A change of progress alone rewrites the last entry; any other adds one; each makes a version"
    )
    func history() throws {
        var job = Self.newJob()
        job.record(state: .running, at: Self.start + .seconds(1))
        #expect(job.status.count == 2)
        job.record(stage: "stats", progress: 0.2857, at: Self.start + .seconds(2))
        #expect(job.status.count == 3)
        #expect(job.current.progress == 0.286)
        job.record(progress: 0.3, at: Self.start + .seconds(3))
        #expect(job.status.count == 3)
        #expect(job.current.progress == 0.3)
        #expect(job.current.date == Self.start + .seconds(2), "the entry keeps when it began")
        #expect(job.updated == Self.start + .seconds(3))
        job.record(
            state: .error,
            error: JobError(cause: .exit, message: "exit code 1"),
            at: Self.start + .seconds(4)
        )
        #expect(job.status.count == 4)
        #expect(job.version == 4)
        job.archive(at: Self.start + .seconds(5))
        #expect(job.version == 5)
        #expect(job.archived)
        #expect(job.status.count == 4)
    }

    @Test("The document reads back equal")
    func documentRoundTrip() throws {
        var job = Self.newJob()
        job.record(state: .running, stage: "stats", progress: 0.5, at: Self.start + .seconds(1))
        job.conclude(
            result: ["count": 3],
            usage: ResourceUsage(cpuSeconds: 1.5, peakMemory: 1 << 20)
        )
        job.record(
            state: .error,
            error: JobError(cause: .outOfMemory, message: "killed", log: ["last line"]),
            at: Self.start + .seconds(2)
        )
        let text = JSONValue.object(job.document).description
        let document = try #require(try JSONValue(parsing: text).objectValue)
        #expect(try Job(document: document) == job)
    }

    @Test(
        "A document that is no job says which field",
        arguments: [
            (#"{}"#, "_id"),
            (#"{"_id":"../x","status":[]}"#, "_id"),
            (#"{"_id":"a","status":[]}"#, "status"),
            (#"{"_id":"a","status":[{"state":"odd"}]}"#, "status[0].state"),
            (#"{"_id":"a","status":[{"state":"waiting","date":"then"}]}"#, "status[0].date"),
            (
                #"{"_id":"a","status":[{"state":"waiting","date":"2016-08-25T11:48:22Z"}]}"#,
                "_version"
            ),
        ]
    )
    func badDocument(text: String, field: String) throws {
        let document = try #require(try JSONValue(parsing: text).objectValue)
        let error = #expect(throws: JobDocumentError.self) { try Job(document: document) }
        #expect(error?.field == field)
    }

    @Test(
        "Only ids that can name a folder are ids",
        arguments: [
            "", ".", "..", "a/b", "-a", "_a", "a b", "é", String(repeating: "a", count: 65),
        ]
    )
    func badID(text: String) {
        #expect(JobID(text) == nil)
    }

    @Test("Made ids have the form")
    func madeID() {
        var generator = SystemRandomNumberGenerator()
        let id = JobID.random(using: &generator)
        #expect(JobID(id.rawValue) == id)
        #expect(id.rawValue.count == 8)
    }
}
