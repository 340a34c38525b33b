import Foundation
import Testing

@Suite("A store's file that cannot be used", .timeLimit(.minutes(6)))
struct StoreFileTests {
    @Test(
        "Gives one clear line and exit code 2, and is left as it was",
        arguments: ["this is no database", String(repeating: "SQLite format 3\0", count: 400)]
    )
    func foreign(content: String) async throws {
        let folder = try DataFolder()
        try Data(content.utf8).write(to: folder.file("jobs.sqlite"))
        let failure = await #expect(throws: ServerProcess.Failure.self) {
            try await ServerProcess.start(folder.url)
        }
        #expect(failure?.status == 2)
        let lines = failure?.standardError.split(separator: "\n") ?? []
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix("jobsync: ") == true)
        #expect(lines.first?.contains("jobs.sqlite") == true)
        #expect(try Data(contentsOf: folder.file("jobs.sqlite")) == Data(content.utf8))
    }

    @Test("A second server on the same data folder is refused")
    func secondServer() async throws {
        let folder = try DataFolder()
        let server = try await ServerProcess.start(folder.url)
        let failure = await #expect(throws: ServerProcess.Failure.self) {
            try await ServerProcess.start(folder.url)
        }
        #expect(failure?.status == 2)
        #expect(failure?.standardError.contains("another server") == true)
        await server.end(SIGTERM)
    }

    @Test("A port that is taken, and no login beyond loopback, are refused in one line")
    func badListening() async throws {
        let folder = try DataFolder()
        let server = try await ServerProcess.start(folder.url)
        let other = try DataFolder()
        for (listen, auth) in [("127.0.0.1:\(server.port)", "none"), ("0.0.0.0:0", "none")] {
            let failure = await #expect(throws: ServerProcess.Failure.self) {
                try await ServerProcess.start(other.url, listen: listen, options: ["--auth", auth])
            }
            #expect(failure?.status == 2)
            #expect(failure?.standardError.split(separator: "\n").count == 1)
        }
        await server.end(SIGTERM)
    }
}
