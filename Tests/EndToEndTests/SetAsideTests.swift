import Foundation
import JSON
import Testing

@Suite("A flipped bit in one job's document", .timeLimit(.minutes(6)))
struct SetAsideTests {
    @Test("The server starts with all other jobs, and says which one it left aside")
    func flippedBit() async throws {
        let folder = try DataFolder(tasks: ["naps": CommandTests.naps])
        let first = try await ServerProcess.start(folder.url)
        for id in ["one", "victim", "three"] {
            let run = try await CommandRun.jobsync(
                "new",
                "naps",
                "--job-id",
                id,
                "--wait",
                on: first
            )
            #expect(run.status == 0, "\(run.errors)")
        }
        await first.end(SIGTERM)
        let file = folder.file("jobs.sqlite")
        var bytes = try Data(contentsOf: file)
        // The quote that begins the id becomes a number sign.
        let place = try #require(bytes.range(of: Data(#"{"_id":"victim""#.utf8)))
        bytes[place.lowerBound + 1] ^= 1
        try bytes.write(to: file)
        let second = try await ServerProcess.start(folder.url)
        let list = try await CommandRun.jobsync("list", "--all", "--json", on: second)
        #expect(list.lines.count == 2)
        let status = try await CommandRun.jobsync("status", on: second)
        #expect(status.output.contains("1 in the store cannot be read"))
        #expect(status.output.contains("job victim: "))
        let run = try await CommandRun.jobsync(
            "new",
            "naps",
            "--job-id",
            "four",
            "--wait",
            on: second
        )
        #expect(run.status == 0, "\(run.errors)")
        await second.end(SIGTERM)
        let other = try DataFolder()
        let copy = try await CommandRun.jobsync(
            "store",
            "copy",
            "--from",
            folder.url.path,
            "--to",
            other.url.path
        )
        #expect(copy.status == 1)
        #expect(copy.lines.first?.hasPrefix("copied 3 jobs from ") == true)
        #expect(
            copy.errors.contains("1 in the source cannot be read and stayed behind:\njob victim: ")
        )
        let kept = try Data(contentsOf: file)
        #expect(kept.range(of: Data(##"{#_id":"victim""##.utf8)) != nil)
    }
}
