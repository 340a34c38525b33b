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
}
