import Foundation
import FoundationNetworking
import Testing

@Suite("Something else in the place of the server's own files", .timeLimit(.minutes(6)))
struct OwnFilesTests {
    @Test("Holds up neither the start, nor jobs, nor the end")
    func pipes() async throws {
        let folder = try DataFolder(tasks: ["naps": CommandTests.naps])
        for name in ["jobs.sqlite.mark", "history.json", "lease.json", "server-id"] {
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

    @Test("Pipes among the page's files and the tasks hold up neither the start nor a reload")
    func pipesAmongFiles() async throws {
        let folder = try DataFolder(tasks: ["naps": CommandTests.naps])
        let web = folder.file("web")
        try FileManager.default.createDirectory(at: web, withIntermediateDirectories: false)
        try Data("<title>page</title>".utf8).write(to: web.appending(path: "index.html"))
        for name in ["web/a.html", "web/b.js", "tasks/a.yaml"] {
            try #require(mkfifo(folder.file(name).path, 0o600) == 0)
        }
        let options = ["--auth", "none", "--proc", "4", "--mem", "8", "--web", web.path]
        let server = try await ServerProcess.start(folder.url, options: options)
        let page = try #require(URL(string: server.url + "/"))
        let (data, _) = try await URLSession.shared.data(from: page)
        #expect(String(decoding: data, as: UTF8.self) == "<title>page</title>")
        let run = try await CommandRun.jobsync("new", "naps", "--wait", on: server)
        #expect(run.status == 0, "\(run.errors)")
        #expect(await server.end(SIGTERM) == 0)
        #expect(try folder.serverLog.contains("a task file is left out: a.yaml: is not a file"))
    }

    @Test("A pipe to which nobody writes is no file that a command waits for")
    func givenPipes() async throws {
        let folder = try DataFolder()
        let pipe = folder.file("pipe").path
        try #require(mkfifo(pipe, 0o600) == 0)
        for arguments in [
            ["serve", "--config", pipe], ["replay", pipe], ["task", "check", pipe],
            ["data", "import-reference", pipe],
        ] {
            let run = try await CommandRun.jobsync(arguments)
            #expect(run.status != 0)
            #expect(run.errors.contains("it is no regular file"), "\(arguments): \(run.errors)")
        }
    }

    @Test("Few open files hold up no signal: the limit is raised before all else")
    func fewOpenFiles() async throws {
        let folder = try DataFolder(tasks: ["naps": CommandTests.naps])
        let server = try await ServerProcess.start(folder.url, softFileLimit: 6)
        let run = try await CommandRun.jobsync("new", "naps", "--wait", on: server)
        #expect(run.status == 0, "\(run.errors)")
        server.signal(SIGHUP)
        while try !folder.serverLog.contains("tasks and limits were read anew") {
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(await server.end(SIGTERM) == 0)
    }

    @Test(
        "A file in the place of a folder ends the start, and no job is lost",
        arguments: ["runs", "logs"]
    )
    func noFolder(name: String) async throws {
        let folder = try DataFolder()
        try Data().write(to: folder.file(name))
        let failure = await #expect(throws: ServerProcess.Failure.self) {
            try await ServerProcess.start(folder.url)
        }
        #expect(failure?.status == 2)
        #expect(failure?.standardError.contains("/\(name): Not a directory\n") == true)
    }

    @Test(
        "A name that is none is set aside where no other server shares the store",
        arguments: [Data(), Data([0xFF, 0xFE, 0x0A]), Data("two names\n".utf8), nil]
    )
    func serverName(content: Data?) async throws {
        let folder = try DataFolder()
        if let content {
            try content.write(to: folder.file("server-id"))
        } else {
            try FileManager.default.createDirectory(
                at: folder.file("server-id"),
                withIntermediateDirectories: false
            )
        }
        #expect(try await ServerProcess.start(folder.url).end(SIGTERM) == 0)
        #expect(try folder.serverLog.contains("server-id does not hold a server's name"))
        let aside = try folder.names(in: "").filter { $0.hasPrefix("server-id.damaged-") }
        #expect(aside.count == 1)
        let name = try folder.text("server-id")
        #expect(try await ServerProcess.start(folder.url).end(SIGTERM) == 0)
        #expect(try folder.text("server-id") == name)
    }
}
