import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

/// What a tool puts where the work folder was is not the job's.
@Suite(.timeLimit(.minutes(6)))
struct WorkFolderTests {
    /// What needs the work folder when a tool has ended.
    enum Need: CaseIterable {
        case outputs, files, result, nextStage, cleanup
    }

    /// Ways to put something else there; a file `a` with `[1]` in it lies in `$2/elsewhere`.
    static let replacements = [
        #"ln -s "$2/elsewhere" "$1""#, #"mkdir "$1"; cp "$2/elsewhere/a" "$1""#,
        #"mv "$2/elsewhere" "$1""#, #"cp "$2/elsewhere/a" "$1""#, "true",
    ]

    @Test(arguments: replacements, Need.allCases)
    func whatStandsInItsPlaceIsNotUsed(replacement: String, need: Need) async throws {
        let script = """
            mkdir "$2/elsewhere"; echo '[1]' >"$2/elsewhere/a"; cd /; rm -r "$1"; \(replacement)
            \(need == .cleanup ? "exit 1" : "")
            """
        var task = try TaskDescription.shell(
            script,
            cleanup: need == .cleanup ? "touch b" : nil,
            result: need == .result ? "a" : nil,
            outputs: need == .outputs ? [OutputPattern(Template("*"), isOptional: true)] : []
        ) { stage in
            if need == .files, let file = try? Template("a") { stage.files = [file] }
        }
        if need == .nextStage {
            let run = try ["touch", "b"].map { try Template($0) }
            task.command?.stages.append(CommandStage(name: "next", run: run))
            task.stages.append("next")
        }
        let bench = try Bench(task)
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        let end = try await runner.end()
        let work = bench.folders.work(of: "job1")
        let message = "the work folder \(work) was removed, or something else put in its place"
        #expect(end.state == .error)
        #expect(end.result == nil)
        if need == .cleanup {
            #expect(try bench.log().contains("cleanup failed: \(message)\n"))
        } else {
            #expect(end.error?.message == message)
        }
        #expect(!Files.exists(work))
        #expect(!Files.exists(bench.folders.outputs(of: "job1")))
        #expect(!Files.exists(bench.folders.data.pushing("elsewhere/b")))
        if replacement.hasPrefix("ln") {
            #expect(
                try Files.read(bench.folders.data.pushing("elsewhere/a")) == Array("[1]\n".utf8)
            )
        }
    }

    @Test func aFolderThatWasAwayAndIsBackIsTheSame() async throws {
        let script = #"mv "$1" "$1.away"; mv "$1.away" "$1"; echo '[1]' >"$1/a""#
        let bench = try Bench(
            .shell(script, result: "a") { stage in
                if let file = try? Template("a") { stage.files = [file] }
            }
        )
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        let end = try await runner.end()
        #expect(end.state == .complete)
        #expect(end.result == [1])
    }
}
