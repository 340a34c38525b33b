import Foundation
import JSON
import JobModel
import Testing

@Suite("What a job keeps, through the server", .timeLimit(.minutes(6)))
struct OutputCommandTests {
    private static let keeper = """
        name: keeper
        stages:
          - name: make
            run:
              - sh
              - -c
              - |
                mkdir qc; seq 200000 >numbers; echo hi >"qc/ä b#?%.html"; : >empty
                printf "\\0" >zero
        outputs: [numbers, qc/*, empty, zero]
        """

    @Test("jobsync output lists and fetches; what is removed is gone")
    func command() async throws {
        let folder = try DataFolder(tasks: ["keeper": Self.keeper])
        let server = try await ServerProcess.start(folder.url)
        let new = try await CommandRun.jobsync(
            "new",
            "keeper",
            "--job-id",
            "k1",
            "--wait",
            on: server
        )
        #expect(new.status == 0, "\(new.errors)")
        let list = try await CommandRun.jobsync("output", "k1", on: server)
        let listed = list.lines.map {
            $0.split(separator: "  ").map { String($0.trimmingPrefix(while: \.isWhitespace)) }
        }
        #expect(
            listed == [
                ["SIZE", "NAME"], ["0 B", "empty"], ["1.2 MB", "numbers"],
                ["3 B", "qc/ä b#?%.html"],
                ["1 B", "zero"],
            ]
        )
        let json = try await CommandRun.jobsync("output", "k1", "--json", on: server)
        #expect(try JSONValue(parsing: json.output).arrayValue?.count == 4)
        let numbers = (1...200_000).map { "\($0)\n" }.joined()
        let page = try await CommandRun.jobsync("output", "k1", "qc/ä b#?%.html", on: server)
        #expect(page.output == "hi\n")
        #expect(page.errors == "", "no progress where nobody looks")
        let target = folder.file("numbers.txt")
        try Data("old".utf8).write(to: target)
        let fetched = try await CommandRun.jobsync(
            "output",
            "k1",
            "numbers",
            "--to",
            target.path,
            on: server
        )
        #expect(fetched.status == 0, "\(fetched.errors)")
        #expect(try folder.text("numbers.txt") == numbers)
        let into = try await CommandRun.jobsync(
            "output",
            "k1",
            "empty",
            "--to",
            folder.url.path,
            on: server
        )
        #expect(into.status == 0)
        #expect(try folder.text("empty") == "")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        #expect(!names.contains { $0.hasSuffix(".part") })
        let show = try await CommandRun.jobsync("show", "k1", on: server)
        #expect(show.output.contains("qc/ä b#?%.html  3 B"))

        let none = try await CommandRun.jobsync(
            "output",
            "k1",
            "none",
            "--to",
            target.path,
            on: server
        )
        #expect(none.status == 1)
        #expect(none.errors == "jobsync: the job \"k1\" has no output \"none\"\n")
        #expect(try folder.text("numbers.txt") == numbers, "what was there stays")
        let nobody = try await CommandRun.jobsync("output", "nobody", on: server)
        #expect(nobody.status == 1)
        let unwritable = try await CommandRun.jobsync(
            "output",
            "k1",
            "zero",
            "--to",
            "/nowhere/x",
            on: server
        )
        #expect(unwritable.errors == "jobsync: /nowhere/x.part: No such file or directory\n")
        let wrong = try await CommandRun.jobsync("output", "k1", "--to", "x", on: server)
        #expect(wrong.status == 2)

        _ = try await CommandRun.jobsync("remove", "k1", on: server)
        while folder.exists("outputs/k1") { try await Task.sleep(for: .milliseconds(10)) }
        await server.end(SIGTERM)
    }

    @Test("What a server that was killed did not come to remove, the next one does; nothing else")
    func leftovers() async throws {
        let folder = try DataFolder(tasks: ["keeper": Self.keeper])
        func run(_ arguments: String..., on server: ServerProcess) async throws {
            let run = try await CommandRun.jobsync(arguments, on: server)
            #expect(run.status == 0, "\(run.errors)")
        }
        let first = try await ServerProcess.start(folder.url)
        for id in ["removed", "again", "archived", "victim", "kept"] {
            try await run("new", "keeper", "--job-id", id, "--wait", on: first)
        }
        let saved = try Saved(folder)
        for id in ["archived", "victim"] { try await run("archive", id, on: first) }
        for id in ["removed", "again"] {
            try await run("remove", id, on: first)
            while folder.exists("outputs/\(id)") { try await Task.sleep(for: .milliseconds(10)) }
        }
        try await run("new", "keeper", "--job-id", "again", "--wait", on: first)
        await first.end(SIGTERM)

        // A document that cannot be read, what nobody knows, and what a killed server would have left.
        let file = folder.file("jobs.sqlite")
        var bytes = try Data(contentsOf: file)
        while let place = bytes.range(of: Data(#"{"_id":"victim""#.utf8)) {
            bytes[place.lowerBound + 1] ^= 1
        }
        try bytes.write(to: file)
        try saved.putBack("removed", as: "stranger")
        try saved.putBack("removed", as: "removed")

        let stamp = try Data(contentsOf: folder.file("history.json"))
        try Data(#"{"epoch":"other","seq":0}"#.utf8).write(to: folder.file("history.json"))
        let wrong = try await ServerProcess.start(folder.url)
        // A job's start comes after what is done at the server's.
        try await run("new", "keeper", "--job-id", "after", "--wait", on: wrong)
        #expect(folder.exists("outputs/removed/numbers"), "these are of another history")
        await wrong.end(SIGTERM)

        try stamp.write(to: folder.file("history.json"))
        let second = try await ServerProcess.start(folder.url)
        while folder.exists("outputs/removed") || folder.exists("logs/jobs/removed.log") {
            try await Task.sleep(for: .milliseconds(10))
        }
        for id in ["again", "archived", "victim", "kept", "stranger", "after"] {
            #expect(folder.exists("outputs/\(id)/numbers"), "\(id)")
            #expect(folder.exists("logs/jobs/\(id).log"), "\(id)")
        }
        await second.end(SIGTERM)
    }

    /// Logs and outputs as they were at some time.
    private struct Saved {
        let folder: DataFolder

        init(_ folder: DataFolder) throws {
            self.folder = folder
            for name in ["outputs", "logs"] {
                try FileManager.default.copyItem(
                    at: folder.file(name),
                    to: folder.file("saved-\(name)")
                )
            }
        }

        func putBack(_ id: String, as name: String) throws {
            try FileManager.default.copyItem(
                at: folder.file("saved-outputs/\(id)"),
                to: folder.file("outputs/\(name)")
            )
            try FileManager.default.copyItem(
                at: folder.file("saved-logs/jobs/\(id).log"),
                to: folder.file("logs/jobs/\(name).log")
            )
        }
    }
}
