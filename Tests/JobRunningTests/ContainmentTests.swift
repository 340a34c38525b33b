import CProcess
import Glibc
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

/// What is a job's own, and what only looks like it.
@Suite(.timeLimit(.minutes(6)))
struct ContainmentTests {
    static var haveGroups: Bool { ControlGroups(data: "/tmp") != nil }

    /// Session, environment, folder and parents of its own: nothing is left that tells whose it is.
    private static func hiding(_ mark: String) -> String {
        "env -i setsid sh -c 'cd /; sleep \(mark) & sleep \(mark) & : >\"$0/begun\"; "
            + "exec sleep \(mark)' \"$2\" & sleep infinity"
    }

    private static func newMark() -> String { "4\(UInt32.random(in: 0...UInt32.max)).25" }

    @Test(.enabled(if: haveGroups, "needs the right to make control groups"))
    func aDaemonDoesNotOutliveServerAndWorker() async throws {
        let mark = Self.newMark()
        let bench = try Bench(.shell(Self.hiding(mark)))
        let order = try bench.order("script")
        var first: WorkerRunner? = bench.makeRunner()
        await first?.start(order)
        await bench.waitFor("begun")
        let worker = try bench.workerIdentity()
        first = nil
        kill(worker.pid, SIGKILL)
        waitpid(worker.pid, nil, 0)
        #expect(!processes(withArgument: mark).isEmpty)
        let second = bench.makeRunner()
        await second.adopt(order)
        #expect(try await second.end().error?.cause == .lost)
        #expect(processes(withArgument: mark).isEmpty)
        #expect(Self.groups(of: bench).isEmpty)
    }

    @Test(.enabled(if: haveGroups, "needs the right to make control groups"))
    func whatNobodyKnowsOfIsEndedToo() async throws {
        let mark = Self.newMark()
        let bench = try Bench(.shell(Self.hiding(mark)))
        let order = try bench.order("script")
        var first: WorkerRunner? = bench.makeRunner()
        await first?.start(order)
        await bench.waitFor("begun")
        let worker = try bench.workerIdentity()
        first = nil
        kill(worker.pid, SIGKILL)
        waitpid(worker.pid, nil, 0)
        try Files.remove(bench.folders.run(of: order.id))
        let runner = bench.makeRunner()
        #expect(await runner.sweep(keeping: []).isEmpty)
        await runner.finishSweep()
        #expect(processes(withArgument: mark).isEmpty)
        #expect(Self.groups(of: bench).isEmpty)
    }

    @Test func groupsGoWithTheirJobs() async throws {
        let bench = try Bench(.shell("cat /proc/self/cgroup; sleep 0.1"))
        let runner = bench.makeRunner()
        for number in 1...5 { await runner.start(try bench.order("script", id: "job\(number)")) }
        let facts = await runner.facts(untilEndOf: 5)
        #expect(facts.compactMap(\.end).allSatisfy { $0.state == .complete })
        #expect(Self.groups(of: bench).isEmpty)
        if Self.haveGroups { #expect(try bench.log("job3").contains("-job3\n")) }
    }

    /// A person may look into a job's work folder, and is not of the job for that.
    @Test func whoStandsInTheWorkFolderIsLeftAlone() async throws {
        let bench = try Bench(.shell("touch \"$2/begun\"; sleep infinity"))
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        await bench.waitFor("begun")
        let person = try Bystander(in: bench.folders.work(of: "job1"))
        kill(try bench.workerIdentity().pid, SIGKILL)
        #expect(try await runner.end().state == .error)
        #expect(person.isAlive)
    }

    /// Where groups of version 2 can be made.
    private static let secondVersion: FilePath? = {
        let mounts = (try? Files.read("/proc/self/mountinfo")) ?? []
        let found = String(decoding: mounts, as: UTF8.self).split(separator: "\n")
            .first { $0.contains(" - cgroup2 ") }?.split(separator: " ")[4]
        let folder = found.map { FilePath(String($0)) }
        return folder.flatMap { access($0.string, W_OK) == 0 ? $0 : nil }
    }()

    /// To be moved would hold up the start of every thread of the machine.
    @Test(
        "A worker is born in its group, not moved there",
        .enabled(if: secondVersion != nil, "needs the right to make control groups of version 2"),
        arguments: ["/bin/cat", "/nothing/of/this/name"]
    )
    func born(program: String) throws {
        let bench = try Bench(.shell(""))
        let mark = "jobsync-test-\(Self.newMark())"
        let group = try #require(Self.secondVersion).appending(mark)
        try #require(mkdir(group.string, 0o755) == 0)
        defer { rmdir(group.string) }
        let folder = try Files.open(group, O_RDONLY | O_DIRECTORY)
        let said = try Files.open(bench.folders.data.appending("said"), O_RDWR | O_CREAT)
        defer {
            close(folder)
            close(said)
        }
        var process: Int32 = 0
        var arguments: [UnsafeMutablePointer<CChar>?] = [
            strdup(program), strdup("/proc/self/cgroup"), nil,
        ]
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        let error = cprocess_spawn_worker(
            &process,
            program,
            &arguments,
            &environment,
            said,
            said,
            folder
        )
        if program == "/bin/cat" {
            #expect(error == 0)
            var status: Int32 = 0
            #expect(waitpid(process, &status, 0) == process)
            #expect(status == 0)
            let text = try String(
                decoding: Files.read(bench.folders.data.appending("said")),
                as: UTF8.self
            )
            #expect(text.contains("/\(mark)\n"))
        } else {
            #expect(error == ENOENT)
            #expect(waitpid(process, nil, 0) == -1, "the child was not taken in")
        }
    }

    private static func groups(of bench: Bench) -> [String] {
        guard ControlGroups(data: bench.folders.data) != nil else { return [] }
        return ControlGroups(data: bench.folders.data)?.names ?? []
    }
}
