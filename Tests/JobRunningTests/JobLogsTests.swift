import Glibc
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(6)))
struct JobLogsTests {
    private let bench: Bench
    private let logs: JobLogs

    init() throws {
        bench = try Bench()
        logs = JobLogs(folders: bench.folders)
    }

    @Test func aLogThatIsNotThereIsEmpty() async throws {
        #expect(try await logs.read("job1", from: 0) == LogExcerpt(offset: 0, text: "", size: 0))
        #expect(await logs.size(of: "job1") == 0)
    }

    @Test(
        arguments: [
            (0, 100, 0, "häß…🧬!"), (0, 2, 0, "h"), (0, 3, 0, "hä"), (2, 100, 3, "ß…🧬!"),
            (0, 11, 0, "häß…"), (0, 12, 0, "häß…🧬"), (9, 3, 12, ""), (-1, 5, 12, "!"),
            (-4, 5, 12, "!"), (-5, 5, 8, "🧬!"), (99, 5, 13, ""), (-99, 5, 0, "häß"),
        ]
    )
    func partsAreWholeCharacters(offset: Int, limit: Int, start: Int, text: String) async throws {
        try bench.write("häß…🧬!", to: "logs/jobs/job1.log")
        let excerpt = try await logs.read("job1", from: offset, limit: limit)
        #expect(excerpt == LogExcerpt(offset: start, text: text, size: 13))
    }

    @Test func piecesJoinToTheWhole() async throws {
        let text = String(repeating: "aäß…🧬\n", count: 99)
        try bench.write(text, to: "logs/jobs/job1.log")
        var joined = ""
        var offset = 0
        while true {
            let excerpt = try await logs.read("job1", from: offset, limit: 7)
            #expect(excerpt.offset == offset)
            if excerpt.text.isEmpty { break }
            joined += excerpt.text
            offset = excerpt.end
        }
        #expect(joined == text)
    }

    /// Something that is no text must not stop a reader for ever.
    @Test func brokenTextIsReadOn() async throws {
        try Files.makeFolder(bench.folders.logs)
        try Files.write([0x80, 0x80, 0x80, 0x80, 65, 0xFF, 66], to: bench.folders.log(of: "job1"))
        let excerpt = try await logs.read("job1", from: 0)
        #expect(excerpt.text.contains("A"))
        #expect(excerpt.text.contains("B"))
    }

    /// To open a pipe waits for somebody who writes; nobody does.
    @Test func aPipeInPlaceOfALogIsRefused() async throws {
        try Files.makeFolder(bench.folders.logs)
        let made = bench.folders.log(of: "job1").withPlatformString { mkfifo($0, 0o600) }
        #expect(made == 0)
        await #expect(throws: Errno.noRegularFile) { try await logs.read("job1", from: 0) }
        #expect(await logs.size(of: "job1") == 0)
        try bench.write("other\n", to: "logs/jobs/job2.log")
        #expect(try await logs.read("job2", from: 0).text == "other\n")
    }

    @Test func growthIsTold() async throws {
        var growth = logs.growth(of: "job1").makeAsyncIterator()
        #expect(await growth.next() != nil)
        try bench.write("one\n", to: "logs/jobs/job1.log")
        #expect(await growth.next() != nil)
        try bench.write("other\n", to: "logs/jobs/job2.log")
        var log = try JobLogWriter(bench.folders.log(of: "job1"))
        try log.append(["two"], stage: nil)
        #expect(await growth.next() != nil)
        #expect(try await logs.read("job1", from: 0).text.hasSuffix("two\n"))
    }

    @Test("A line stays one line, whatever stands in it, and no terminal obeys it")
    func forgedLines() async throws {
        try bench.write("", to: "logs/jobs/job1.log")
        var log = try JobLogWriter(bench.folders.log(of: "job1"))
        let reasons = [
            "x\n2026-11-30T00:00:00.000Z complete", "a\r\nb", "\u{1B}]0;title\u{7}\u{9B}31mred",
            "d\u{E9}j\u{E0}",
            "p\u{2028}q\u{85}r",
        ]
        try log.append(reasons, stage: nil)
        let lines = try await logs.read("job1", from: 0).text.split(separator: "\n")
        let texts = lines.map { $0.split(separator: " ", maxSplits: 1).last ?? "" }
        #expect(
            texts == [
                "x 2026-11-30T00:00:00.000Z complete", "a b", "0;title31mred", "d\u{E9}j\u{E0}",
                "p q r",
            ]
        )
    }

    @Test func severalReadersAreTold() async throws {
        var readers = (1...3).map { _ in logs.growth(of: "job1").makeAsyncIterator() }
        for index in readers.indices { #expect(await readers[index].next() != nil) }
        try bench.write("one\n", to: "logs/jobs/job1.log")
        for index in readers.indices { #expect(await readers[index].next() != nil) }
    }
}
