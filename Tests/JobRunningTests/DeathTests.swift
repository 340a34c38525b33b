import Glibc
import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

/// Serial, for where the kernel's log cannot be read it is known only that something was ended for
/// want of memory, and not what.
@Suite(.serialized, .timeLimit(.minutes(6)))
struct DeathTests {
    @Test(arguments: [SIGKILL, SIGSEGV])
    func aWorkerThatIsKilledIsAnErrorAndNothingIsLeft(signal: Int32) async throws {
        let mark = "6\(UInt32.random(in: 0...UInt32.max)).25"
        let bench = try Bench(
            .shell("echo so far; setsid sleep \(mark) & touch \"$2/begun\"; sleep \(mark)")
        )
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        await bench.waitFor("begun")
        kill(try bench.workerIdentity().pid, signal)
        let end = try await runner.end()
        let error = try #require(end.error)
        #expect(try #require(end.usage).cpuSeconds > 0)
        #expect(error.cause == .signal)
        #expect(error.message.hasPrefix("the worker was ended by SIG"))
        #expect(error.log.contains { $0.hasSuffix("so far") })
        #expect(processes(withArgument: mark).isEmpty)
        #expect(!bench.exists("work/job1"))
        let later = bench.makeRunner()
        await later.adopt(try bench.order("script"))
        #expect(try await later.end() == end)
    }

    @Test(.enabled(if: MemoryGroup.isPossible, "needs the right to make a control group"))
    func aToolThatTakesTooMuchMemoryIsSaid() async throws {
        let group = try #require(MemoryGroup(limit: 30 << 20))
        let bench = try Bench(
            .shell("echo $$ > \(group.path)/cgroup.procs; exec tail /dev/zero")
        )
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        let error = try #require(try await runner.end().error)
        #expect(error.cause == .outOfMemory)
        #expect(error.message == "sh was ended because the machine ran out of memory")
    }
}

/// A control group of the kernel with little memory, removed with the test.
private final class MemoryGroup {
    let path: String

    static var isPossible: Bool { MemoryGroup(limit: 30 << 20) != nil }

    init?(limit: Int) {
        let name = "jobsync-test-\(UInt32.random(in: 0...UInt32.max))"
        let places = [
            ("/sys/fs/cgroup/memory/\(name)", "memory.limit_in_bytes"),
            ("/sys/fs/cgroup/\(name)", "memory.max"),
        ]
        for (path, file) in places where mkdir(path, 0o755) == 0 {
            let limitFile = FilePath(path).appending(file)
            if Files.exists(limitFile),
                (try? Files.write(Array("\(limit)".utf8), to: limitFile)) != nil
            {
                self.path = path
                return
            }
            rmdir(path)
        }
        return nil
    }

    deinit { rmdir(path) }
}
