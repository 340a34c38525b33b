import Foundation
import JSON
import Subprocess
import TestSupport
import Testing

@Suite("jobsync validate", .timeLimit(.minutes(6)))
struct ValidateTests {
    private static let haveTools = ["bowtie2-align-s", "snap-aligner", "skewer"]
        .allSatisfy { FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)") }

    @Test(
        "A batch goes the whole way, and the report has every planted virus",
        .enabled(if: haveTools)
    )
    func wholeBatch() async throws {
        let scratch = try ScratchFolder()
        let out = scratch.url.appending(path: "report")
        // A store of somebody else's is none of its business.
        let run = try await CommandRun.jobsync(
            "validate",
            "--samples",
            "1",
            "--seed",
            "7",
            "--out",
            out.path,
            environment: ["JOBSYNC_MONGO": "mongodb://127.0.0.1:1/nowhere"]
        )
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("8 of 8 repeated alike"))
        #expect(run.errors.contains("batch 1 of 1 (pairs): making reads"))
        let files = try FileManager.default.contentsOfDirectory(atPath: out.path).sorted()
        #expect(files == ["expected.tsv", "others.tsv", "report.json", "report.md"])
        let table = try String(
            contentsOf: out.appending(path: "expected.tsv"),
            encoding: .utf8
        ).split(separator: "\n")
        #expect(table.count == 13)
        let report = try JSONValue(
            parsing: Array(try Data(contentsOf: out.appending(path: "report.json")))
        )
        let task = try #require(report["tasks"]?.arrayValue?.first)
        #expect(task["false_discoveries"]?["count"] == 0)
        #expect(task["failures"] == [])
    }

    @Test("Ctrl-C ends server, jobs and generator, and leaves nothing", .enabled(if: haveTools))
    func interrupted() async throws {
        let scratch = try ScratchFolder()
        let out = scratch.url.appending(path: "report")
        let folder = try DataFolder()
        let server = try await ServerProcess.start(folder.url)
        let status = try await CommandRun.following(
            "validate",
            "--samples",
            "8",
            // Which nobody would wait for.
            "--fragments",
            "1000000",
            "--out",
            out.path,
            on: server
        ) { line, signal in
            _ = try await line("making reads")
            try signal(.interrupt)
            _ = try await line("interrupted; no report was written")
        }
        #expect(status == 130)
        #expect(try FileManager.default.contentsOfDirectory(atPath: out.path) == [])
        await server.end(SIGTERM)
    }

    @Test("What cannot be is refused before anything is made")
    func refused() async throws {
        let scratch = try ScratchFolder()
        let out = scratch.url.appending(path: "report").path
        for (option, value, message) in [
            ("--samples", "0", "--samples: must be from 1 to 100000, not 0"),
            ("--fragments", "10", "--fragments: must be from 8000 to 1000000, not 10"),
            ("--hop", "0.7", "--hop: must be a number from 0 to 0.5"),
            ("--task", "nuvs", "'nuvs' is invalid"),
        ] {
            let run = try await CommandRun.jobsync("validate", option, value, "--out", out)
            #expect(run.status == 2)
            #expect(run.errors.contains(message), "\(run.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: out))
        try FileManager.default.createDirectory(
            atPath: out + "/work",
            withIntermediateDirectories: true
        )
        let run = try await CommandRun.jobsync("validate", "--out", out)
        #expect(run.status == 1)
        #expect(run.errors.contains("/work is there already"))
    }
}
