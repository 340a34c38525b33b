import Glibc
import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

/// A cancel in any stage of any task leaves no process and nothing half made.
@Suite(.serialized, .enabled(if: hasAllTools, "needs the tools of all built-in tasks"))
struct TaskCancelTests {
    /// Each stage of each task but add_host, which has tests of its own.
    private static let all = BuiltInTasks.all.map { $0.description }
        .filter { $0.name != "add_host" }
        .flatMap { task in task.stages.map { Place(task: task.name, stage: $0) } }

    struct Place: Sendable, CustomTestStringConvertible {
        let task: String
        let stage: String
        var testDescription: String { "\(task), \(stage)" }
    }

    @Test(arguments: all)
    func nothingIsLeft(_ place: Place) async throws {
        let data = try await PreparedData.small.value
        let bench = try data.makeBench()
        let before = try listing(bench.folders.data)
        let runner = bench.makeRunner()
        await runner.start(try data.order(place.task, in: bench))
        var state: JobState?
        for await fact in runner.facts {
            if case .stageBegan(place.stage, _, _) = fact.content {
                await runner.cancel("job1", reason: "in \(place.stage)")
            }
            if let end = fact.end {
                state = end.state
                break
            }
        }
        // Who is told too late has finished; then all of it must be there.
        #expect(state == .cancelled || state == .complete)
        let work = bench.folders.work(of: "job1").string
        #expect(processes(withArgument: work).isEmpty)
        #expect(workers(in: work).isEmpty)
        #expect(!bench.exists("work/job1"))
        let made = try listing(bench.folders.data).subtracting(before)
        if state == .complete {
            #expect(made.count { $0.hasSuffix("/record.json") } == 1)
        } else {
            #expect(made.isEmpty)
        }
        #expect(try listing(bench.folders.data).isSuperset(of: before))
    }

    /// All files of a data folder but what is told of the job itself.
    private func listing(_ folder: FilePath, below path: String = "") throws -> Set<String> {
        var found: Set<String> = []
        for name in try Files.names(in: folder) where !["logs", "runs", "work"].contains(name) {
            let inner = folder.appending(name)
            if let names = try? Files.names(in: inner) {
                if !names.isEmpty { found.formUnion(try listing(inner, below: "\(path)/\(name)")) }
            } else {
                found.insert("\(path)/\(name)")
            }
        }
        return found
    }

    /// The processes whose current folder is this one or below it.
    private func workers(in folder: String) -> [Int32] {
        ProcessTable.read().entries.filter { !$0.isZombie }.map(\.pid).filter { pid in
            DataPath.realPath(FilePath("/proc/\(pid)/cwd"))?.string.hasPrefix(folder) ?? false
        }
    }
}
