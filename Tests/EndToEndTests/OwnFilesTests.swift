import Foundation
import Testing

@Suite("Something else in the place of the server's own files", .timeLimit(.minutes(6)))
struct OwnFilesTests {
    @Test("Holds up neither the start, nor jobs, nor the end")
    func pipes() async throws {
        let folder = try DataFolder(tasks: ["naps": CommandTests.naps])
        for name in ["jobs.sqlite.mark", "history.json", "lease.json"] {
            try #require(mkfifo(folder.file(name).path, 0o600) == 0)
        }
        let server = try await ServerProcess.start(folder.url)
        let run = try await CommandRun.jobsync("new", "naps", "--wait", on: server)
        #expect(run.status == 0, "\(run.errors)")
        #expect(await server.end(SIGTERM) == 0)
        let log = try folder.serverLog
        #expect(log.contains("jobs.sqlite.mark: it is no regular file"))
        #expect(log.contains("history.json cannot be read: it is no regular file"))
    }

    @Test(
        "Ends the start in one line where a server must not go on without it",
        arguments: ["access.json", "jobs.sqlite", "jobs.sqlite.lock", "jobs.sqlite-wal"]
    )
    func refused(name: String) async throws {
        let folder = try DataFolder()
        try #require(mkfifo(folder.file(name).path, 0o600) == 0)
        let failure = await #expect(throws: ServerProcess.Failure.self) {
            try await ServerProcess.start(folder.url, options: ["--proc", "4", "--mem", "8"])
        }
        #expect(failure?.status == 2)
        let lines = failure?.standardError.split(separator: "\n") ?? []
        #expect(lines.count == 1)
        #expect(lines.first?.contains("/\(name): ") == true, "\(lines)")
        #expect(lines.first?.contains("it is no regular file") == true)
    }
}
