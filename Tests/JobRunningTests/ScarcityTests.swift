import Glibc
import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

/// What happens when the machine has no more to give.
@Suite(.timeLimit(.minutes(6)))
struct ScarcityTests {
    /// Says much more than there is space for.
    private static let talkative = """
        i=0
        while [ $i -lt 4000 ]; do printf '%0500d\\n' $i; i=$((i + 1)); done
        """

    /// A bench on a disk of 3 MiB, half of which is taken.
    private func smallDisk(_ task: TaskDescription) throws -> Bench {
        let bench = try Bench(task)
        let data = bench.folders.data
        try #require(mount("tmpfs", data.string, "tmpfs", 0, "size=3m") == 0)
        try Files.write([UInt8](repeating: 1, count: 3 << 19), to: data.appending("ballast"))
        return bench
    }

    private func release(_ bench: Bench) {
        withExtendedLifetime(bench) {
            _ = umount2(bench.folders.data.string, Int32(MNT_DETACH))
        }
    }

    private func waitUntilFull(_ bench: Bench) async {
        while let free = Files.freeSpace(at: bench.folders.data), free > 0 {
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    @Test(
        "A job that cannot write its log waits for space, and loses and doubles nothing",
        .enabled(if: canMount, "needs the right to mount a tiny disk")
    )
    func aFullDiskIsWaitedFor() async throws {
        let bench = try smallDisk(.shell(Self.talkative))
        defer { release(bench) }
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        await waitUntilFull(bench)
        try Files.remove(bench.folders.data.appending("ballast"))
        #expect(try await runner.end().state == .complete)
        let lines = try bench.log().split(separator: "\n").filter { $0.contains(" work: ") }
        let numbers = lines.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
        #expect(numbers == Array(0..<4000))
        #expect(lines.contains { $0.contains("work: the disk was full: waited ") })
    }

    @Test(
        "A tool that has filled the disk itself is not held up over its last words, which stay",
        .enabled(if: canMount, "needs the right to mount a tiny disk")
    )
    func aToolFillsTheDisk() async throws {
        let script = """
            cat /dev/zero >filled
            i=0
            while [ $i -lt 100 ]; do printf 'still %0100d\\n' $i; i=$((i + 1)); done
            head -c 9999 /dev/zero >more || exit 3
            """
        let bench = try smallDisk(.shell(script))
        defer { release(bench) }
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        let end = try await runner.end()
        #expect(end.state == .error)
        let message = end.error?.message ?? ""
        #expect(message.hasSuffix("; no space is left on the disk"), "\(message)")
        let said = try bench.log().split(separator: "\n").filter { $0.contains(" work: still ") }
        #expect(said.count == 100)
        #expect(!bench.exists("work/job1"))
    }

    @Test(
        "A job that waits for space can be cancelled",
        .enabled(if: canMount, "needs the right to mount a tiny disk")
    )
    func aJobThatWaitsForSpaceIsCancelled() async throws {
        let bench = try smallDisk(.shell(Self.talkative))
        defer { release(bench) }
        let runner = bench.makeRunner()
        let order = try bench.order("script")
        await runner.start(order)
        await waitUntilFull(bench)
        await runner.cancel(order.id, reason: "test")
        #expect(try await runner.end().state == .cancelled)
    }

    @Test(
        "A result too long for a line waits for space like all others, and leaves no halves",
        .enabled(if: canMount, "needs the right to mount a tiny disk")
    )
    func aLongResultWaitsForSpace() throws {
        let bench = try smallDisk(.shell("true"))
        defer { release(bench) }
        let data = bench.folders.data
        let path = data.appending("journal.jsonl")
        var writer = try JournalWriter(path)
        let ballast = try Files.open(data.appending("ballast"), O_WRONLY | O_APPEND)
        while (try? Files.write([UInt8](repeating: 1, count: 4096)[...], to: ballast)) != nil {}
        close(ballast)
        let result = JSONValue.string(String(repeating: "r", count: 200_000))
        for entry in [JournalEntry.result(result), .end(JournalEnd(state: .complete))] {
            do {
                try writer.append(entry)
                Issue.record("there is no space")
            } catch {
                #expect(error == .noSpace)
            }
        }
        let isBehind = writer.isBehind
        #expect(isBehind)
        try Files.remove(data.appending("ballast"))
        try writer.flush()
        let isStillBehind = writer.isBehind
        #expect(!isStillBehind)
        var reader = JournalReader(path)
        #expect(
            try reader.read().map(\.entry)
                == [.result(result), .end(JournalEnd(state: .complete))]
        )
        #expect(try Files.names(in: data).count == 2)
    }

    @Test(
        "A job for whose folder there is no space does not begin",
        .enabled(if: canMount, "needs the right to mount a tiny disk")
    )
    func aJobForWhichThereIsNoSpaceIsNotStarted() async throws {
        let bench = try smallDisk(.shell("true"))
        defer { release(bench) }
        let more = try Files.open(bench.folders.data.appending("more"), O_WRONLY | O_CREAT)
        while (try? Files.write([UInt8](repeating: 1, count: 4096)[...], to: more)) != nil {}
        close(more)
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        let problem = try await runner.problem()
        #expect(problem.message.hasSuffix("cannot be made: No space left on device"))
        try Files.remove(bench.folders.data.appending("ballast"))
        let second = bench.makeRunner()
        await second.start(try bench.order("script"))
        #expect(try await second.end().state == .complete)
    }
}

/// Whether this process may mount; found out once, for two suites ask.
let canMount: Bool = {
    let folder = "/tmp/jobsync-mount-\(getpid())"
    mkdir(folder, 0o755)
    defer { rmdir(folder) }
    guard mount("tmpfs", folder, "tmpfs", 0, "size=64k") == 0 else { return false }
    return umount2(folder, Int32(MNT_DETACH)) == 0
}()
