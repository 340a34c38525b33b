import Glibc
import Testing

@Suite("What is given to a command and is no text", .timeLimit(.minutes(6)))
struct GivenTextTests {
    @Test(
        "An argument that is not UTF-8 is refused, and which",
        arguments: [
            (["new", "nop", "s=\u{1}"], "argument 3 (s=…)"),
            (["new", "nop", "\u{1}=s"], "argument 3"),
            (["cancel", "j1", "--reason", "so \u{1} so"], "argument 4 (after --reason)"),
            (["cancel", "j1", "--reason=\u{1}"], "argument 3 (--reason=…)"),
            (["output", "j1", "caf\u{1}"], "argument 3"),
            (["\u{1}"], "argument 1"),
            (["--help", "\u{1}"], "argument 2 (after --help)"),
        ]
    )
    func argument(words: [String], place: String) async throws {
        let run = try await CommandRun.jobsync(bytes: words.map(Self.spoilt))
        #expect(run.status == 2)
        #expect(run.output == "")
        #expect(run.errors == "jobsync: \(place) is not UTF-8\n")
    }

    @Test(
        "So is an environment variable that is read",
        arguments: [
            (["list"], "JOBSYNC_URL"), (["list"], "JOBSYNC_TOKEN"), (["list"], "HOME"),
            (["serve"], "JOBSYNC_DATA"), (["serve"], "JOBSYNC_CONFIG"), (["serve"], "PATH"),
            (["token", "show"], "XDG_CONFIG_HOME"),
        ]
    )
    func variable(words: [String], name: String) async throws {
        let run = try await CommandRun.jobsync(
            bytes: words.map { Array($0.utf8) },
            variables: [Self.spoilt("\(name)=/tmp/\u{1}")]
        )
        #expect(run.status == 2)
        #expect(run.output == "")
        #expect(run.errors == "jobsync: the environment variable \(name) is not UTF-8\n")
    }

    @Test("What nobody reads may be anything")
    func others() async throws {
        let run = try await CommandRun.jobsync(
            bytes: [Array("--version".utf8)],
            variables: [Self.spoilt("SOMETHING=\u{1}"), Self.spoilt("PATH=/bin:/\u{1}")]
        )
        #expect(run.status == 0)
        #expect(run.errors == "")
    }

    /// The bytes of a text, with one that is never UTF-8 for each U+0001.
    private static func spoilt(_ text: String) -> [UInt8] {
        text.utf8.map { $0 == 1 ? 0xFF : $0 }
    }

    @Test("What an error quotes is no command for the terminal")
    func quoted() async throws {
        let folder = try DataFolder()
        let server = try await ServerProcess.start(folder.url)
        let name = "\u{1B}]0;title\u{7}\u{9B}31mred"
        for arguments in [["new", name], ["show", name], ["task", "limit", name, "1"]] {
            let run = try await CommandRun.jobsync(arguments, on: server)
            #expect(run.status != 0)
            #expect(run.errors.contains("red"), "\(run.errors)")
            #expect(
                !run.errors.dropLast().unicodeScalars.contains {
                    $0.properties.generalCategory == .control
                }
            )
        }
        await server.end(SIGTERM)
    }
}
