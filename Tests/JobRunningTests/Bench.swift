import Glibc
import JSON
import JobModel
import JobRunning
import JobTasks
import Logging
import SystemPackage
import TestSupport
import Testing

/// A data folder, a runner over it, and tasks made for the test.
final class Bench: Sendable {
    let folders: DataFolders
    let tasks: [String: TaskDescription]
    let worker: FilePath
    private let scratch: ScratchFolder

    init(_ tasks: TaskDescription..., data: FilePath? = nil) throws {
        scratch = try ScratchFolder()
        folders = DataFolders(data: data ?? FilePath(scratch.path))
        try Files.makeFolder(folders.data)
        self.tasks = Dictionary(
            uniqueKeysWithValues: (tasks + TaskCatalogue.builtIn.tasks).map {
                ($0.name, $0)
            }
        )
        worker = try Self.findWorker()
    }

    func makeRunner(
        worker: FilePath? = nil,
        silence: Duration = .seconds(120),
        toolPatience: Duration = .seconds(120),
        data: (any JobDataKeeper)? = nil,
        lease: Duration? = nil
    ) -> WorkerRunner {
        var logger = Logger(label: "test")
        logger.logLevel = .error
        let tasks = tasks
        return WorkerRunner(
            folders: folders,
            worker: worker ?? self.worker,
            tasks: { tasks[$0] },
            data: data,
            groups: ControlGroups(data: folders.data),
            lease: lease,
            silence: silence,
            toolPatience: toolPatience,
            logger: logger
        )
    }

    /// The worker lies beside the test bundle.
    private static func findWorker() throws -> FilePath {
        let maps = String(decoding: try Files.read("/proc/self/maps"), as: UTF8.self)
        let bundle = maps.split(separator: "\n").compactMap { line in
            line.firstIndex(of: "/").map { FilePath(String(line[$0...])) }
        }.first { $0.extension == "xctest" }
        let executable = try #require(bundle ?? DataPath.realPath("/proc/self/exe"))
        let worker = executable.removingLastComponent().appending("jobsync-worker")
        try #require(Files.exists(worker), "\(worker) is missing")
        return worker
    }

    func order(
        _ task: String,
        id: String = "job1",
        args: JSONObject = [:],
        proc: Int = 1
    ) throws -> LaunchOrder {
        LaunchOrder(
            id: try #require(JobID(id[...])),
            task: task,
            args: args,
            resources: Resources(proc: proc, mem: 1),
            username: "tester"
        )
    }

    func log(_ id: String = "job1") throws -> String {
        let log = folders.log(of: try #require(JobID(id[...])))
        return String(decoding: try Files.read(log, limit: 1 << 30), as: UTF8.self)
    }

    /// Waits until a job has made a file.
    func waitFor(_ path: String) async {
        while !exists(path) { try? await Task.sleep(for: .milliseconds(5)) }
    }

    /// The worker of the only job, as its journal says.
    func workerIdentity() throws -> ProcessIdentity {
        var reader = JournalReader(folders.run(of: "job1").appending("journal.jsonl"))
        for entry in try reader.read() {
            if case .started(let identity) = entry.entry { return identity }
        }
        throw TestFailure(description: "the worker has not started")
    }

    /// Makes a program that is started in the worker's place; in it `$1` is the run folder, and `WORKER` the
    /// worker's path.
    func makeWorker(_ script: String) throws -> FilePath {
        let path = folders.data.appending("worker")
        try write("#!/bin/sh\nWORKER='\(worker)'\n\(script)\n", to: "worker")
        chmod(path.string, 0o755)
        return path
    }

    /// Writes what a worker would have left behind.
    func writeJournal(_ entries: [JournalEntry]) throws {
        try Files.makeFolder(folders.run(of: "job1"))
        var writer = try JournalWriter(folders.run(of: "job1").appending("journal.jsonl"))
        for entry in entries { try writer.append(entry) }
    }

    func exists(_ path: String) -> Bool { Files.exists(folders.data.pushing(FilePath(path))) }

    func write(_ text: String, to path: String) throws {
        let file = folders.data.pushing(FilePath(path))
        try Files.makeFolder(file.removingLastComponent())
        try Files.write(Array(text.utf8), to: file)
    }
}

struct TestFailure: Error, CustomStringConvertible {
    let description: String
}

extension TaskDescription {
    /// A task of one stage, `work`, that is a shell script.
    static func shell(
        _ script: String,
        named name: String = "script",
        grace: Duration = .seconds(4),
        timeout: Duration? = nil,
        isRestartable: Bool = false,
        cleanup: String? = nil,
        result: String? = nil,
        outputs: [OutputPattern] = [],
        stage: (inout CommandStage) -> Void = { _ in }
    ) throws -> TaskDescription {
        var work = CommandStage(
            name: "work",
            run: try ["sh", "-c", script, "sh"].map { try Template($0.escapingBraces) }
                + [Template("{work}"), Template("{data}")]
        )
        stage(&work)
        return TaskDescription(
            name: name,
            grace: grace,
            timeout: timeout,
            isRestartable: isRestartable,
            stages: ["work"],
            source: "test",
            command: CommandTask(
                stages: [work],
                cleanup: try cleanup.map { script in
                    try ["sh", "-c", script.escapingBraces, "sh", "{work}", "{data}"].map {
                        try Template($0)
                    }
                } ?? [],
                result: try result.map { try Template($0) },
                outputs: outputs
            )
        )
    }
}

extension String {
    var escapingBraces: String {
        replacing("{", with: "{{").replacing("}", with: "}}")
    }
}

extension WorkerRunner {
    /// All facts up to the end of a number of jobs.
    func facts(untilEndOf count: Int = 1) async -> [JobFact] {
        var facts: [JobFact] = []
        var left = count
        for await fact in self.facts {
            facts.append(fact)
            if fact.end != nil || fact.problem != nil { left -= 1 }
            if left == 0 { break }
        }
        return facts
    }

    /// The end of the only job.
    func end() async throws -> JobEnd {
        try #require(await facts().last?.end)
    }

    /// Why the only job did not begin.
    func problem() async throws -> LaunchProblem {
        try #require(await facts().last?.problem)
    }
}

extension JobFact {
    var end: JobEnd? {
        if case .ended(let end) = content { end } else { nil }
    }

    /// Why the job did not begin, if this tells it.
    var problem: LaunchProblem? {
        if case .notStarted(let problem, order: _) = content { problem } else { nil }
    }

    /// The job's progress if this tells one, as jobs show it.
    var progress: Double? {
        switch content {
        case .stageBegan(_, let number, let count): Progress.atStage(number, of: count)
        case .progressed(let stage, let count, let fraction):
            Progress.atStage(stage, of: count, fraction: fraction)
        case .waits, .ended, .notStarted: nil
        }
    }
}

/// The processes whose command line holds a text.
func processes(withArgument text: String) -> [Int32] {
    ProcessTable.read().entries.filter { !$0.isZombie }.map(\.pid).filter { pid in
        guard pid != getpid(),
            let line = try? Files.read(FilePath("/proc/\(pid)/cmdline"))
        else { return false }
        return String(decoding: line, as: UTF8.self).contains(text)
    }
}

extension Template {
    /// A text without placeholders.
    init(literal text: String) {
        do {
            try self.init(text)
        } catch {
            preconditionFailure("\(error)")
        }
    }
}
