import JSON
import JobModel
import Testing

@testable import jobsync

@Suite("Reports on jobs")
struct ReportTests {
    static let dawn = Timestamp(microseconds: 1_700_000_000_000_000)

    static func job(_ id: JobID = "a1", at seconds: Int = 0) -> Job {
        Job(
            new: id,
            task: "naps",
            args: ["seconds": 2, "text": "evil \u{1B}[2J"],
            resources: Resources(proc: 2, mem: 4),
            username: "ada",
            at: dawn + .seconds(seconds)
        )
    }

    @Test("A job that waits says why")
    func waiting() {
        let queue: JSONValue = [
            "reason": "resources", "detail": "needs 2 more cores", "position": 3,
        ]
        let report = JobReport(
            job: Self.job(),
            stages: ["first"],
            queue: queue,
            now: Self.dawn + .seconds(60)
        )
        let lines = report.lines(hasColour: false)
        #expect(lines[0] == "a1  naps  waiting  0%")
        #expect(lines.contains("  asks for  2 cores, 4 GB"))
        #expect(lines.contains("  waits     needs 2 more cores (place 3)"))
        #expect(lines.contains("    first"))
        #expect(!lines.joined().contains("\u{1B}"))
    }

    @Test("What is odd about a result stands before it")
    func warnings() throws {
        var job = Self.job()
        job.record(state: .complete, at: Self.dawn + .seconds(1))
        job.conclude(
            result: ["warnings": ["the mates are \u{1B}[2J swapped"], "count": 3],
            usage: nil
        )
        let lines = JobReport(job: job, stages: [], queue: nil, now: Self.dawn)
            .lines(hasColour: false)
        let warning = try #require(lines.firstIndex { $0.contains("swapped") })
        let result = try #require(lines.firstIndex { $0.contains("\"count\"") })
        #expect(warning < result)
        #expect(lines[warning - 1].contains("warnings"))
        #expect(!lines.joined().contains("\u{1B}"))
    }

    @Test("A held job's place is one in its task's line")
    func held() {
        let queue: JSONValue = [
            "reason": "task_limit", "detail": "2 of at most 2 jobs of this task run",
            "line": "task", "position": 1,
        ]
        let report = JobReport(job: Self.job(), stages: [], queue: queue, now: Self.dawn)
        let wait = "  waits     2 of at most 2 jobs of this task run (place 1 in its task's line)"
        #expect(report.lines(hasColour: false).contains(wait))
    }

    @Test("A job that failed shows its stages with their times, the error and the last lines")
    func failed() {
        var job = Self.job()
        job.record(state: .running, at: Self.dawn + .seconds(1))
        job.record(stage: "first", progress: 0.2, at: Self.dawn + .seconds(2))
        job.record(progress: 0.3, at: Self.dawn + .seconds(60))
        job.record(stage: "second", progress: 0.4, at: Self.dawn + .seconds(92))
        job.record(
            state: .error,
            error: JobError(cause: .exit, message: "exit code 7", log: ["out of \u{1B}[5mtune"]),
            at: Self.dawn + .seconds(104)
        )
        let report = JobReport(
            job: job,
            stages: ["first", "second", "third"],
            queue: nil,
            now: Self.dawn + .seconds(9999)
        )
        let lines = report.lines(hasColour: false)
        #expect(lines.contains("  ✓ first   1 m 30 s"))
        #expect(lines.contains("  ✗ second  12 s"))
        #expect(lines.contains("    third"))
        #expect(lines.contains("  exit code 7"))
        #expect(lines.contains("  out of  [5mtune"))
    }

    @Test("A job that runs shows how long its stage has lasted; one that is complete, its result")
    func runningAndComplete() {
        var job = Self.job()
        job.record(state: .running, stage: "first", progress: 0.2, at: Self.dawn + .seconds(2))
        let stages = ["first"]
        let running = JobReport(job: job, stages: stages, queue: nil, now: Self.dawn + .seconds(32))
        #expect(running.lines(hasColour: false).contains("  ▸ first  30 s"))
        job.conclude(result: ["count": 3], usage: nil)
        job.record(state: .complete, progress: 1, at: Self.dawn + .seconds(42))
        let complete = JobReport(
            job: job,
            stages: stages,
            queue: nil,
            now: Self.dawn + .seconds(99)
        )
        let lines = complete.lines(hasColour: false)
        #expect(lines.contains("  ✓ first  40 s"))
        #expect(lines.suffix(4) == ["result", "  {", "    \"count\": 3", "  }"])
    }

    @Test(
        "The live table shows what runs first, and keeps to its screen",
        arguments: [1, 3, 5, 24]
    )
    func screen(rows: Int) {
        var content = WatchContent(address: "http://127.0.0.1:9950")
        var jobs: [MinimalJob] = []
        for index in 0..<30 {
            var job = Self.job(JobID(stringLiteral: "j\(index)"), at: index)
            if index % 3 > 0 { job.record(state: .running, at: job.updated) }
            if index % 3 > 1 { job.record(state: .complete, at: job.updated + .seconds(1)) }
            jobs.append(SyncProcessor.minimalJob(of: job))
        }
        content.jobs = WatchContent.sorted(jobs)
        content.isLoaded = true
        let states = content.jobs.map(\.state)
        #expect(states.prefix(10).allSatisfy { $0 == .running })
        #expect(states.suffix(10).allSatisfy { $0 == .complete })
        #expect(content.jobs.first?.id == "j1", "what runs, in the order of arrival")
        #expect(content.jobs.last?.id == "j2", "what has ended, the latest first")
        for top in [0, 5, 29] {
            let lines = content.lines(
                columns: 60,
                rows: rows,
                from: top,
                now: Self.dawn,
                hasColour: false
            )
            #expect(lines.count <= rows)
            #expect(lines.allSatisfy { $0.columns <= 60 })
            if rows == 24 { #expect(lines[4].hasPrefix(content.jobs[top].id.rawValue)) }
        }
    }

    @Test("A lost connection is said")
    func lost() {
        var content = WatchContent(address: "http://127.0.0.1:9950")
        content.loss = WatchContent.Loss(
            reason: "it broke",
            retry: Self.dawn + .milliseconds(2500)
        )
        let lines = content.lines(
            columns: 80,
            rows: 24,
            from: 0,
            now: Self.dawn,
            hasColour: false
        )
        #expect(lines[1] == "not connected, trying again in 2.5 s: it broke")
    }
}
