import Glibc
import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

/// Whatever the trimming tool does at its pipes, the job ends and says why.
@Suite(.enabled(if: hasAllTools, "needs the tools of all built-in tasks"))
struct TrimmingToolTests {
    /// A tool that stands in for skewer; in it `$1` and `$2` are what it reads, of pairs.
    private static let tools: [(script: String, message: String)] = [
        ("exit 3", "skewer ended with exit code 3"),
        ("exit 0", "skewer ended without an error, but did not make the file reads-trimmed.log"),
        ("echo x > reads-trimmed.log", "skewer ended without an error, but did not read all reads"),
        (
            "head -c 100 raw_1.fastq > /dev/null; kill -KILL $$",
            "skewer was ended by SIGKILL (Killed)"
        ),
        (
            "cat raw_1.fastq > /dev/null & head -c 9 raw_2.fastq; kill -KILL $!; exit 4",
            "skewer ended with exit code 4"
        ),
        (read + "echo x > reads-trimmed.log", "skewer does not say what has become of the reads"),
        (read + log, "skewer says that it has left 80000 reads, but wrote 0 and 0"),
        (
            read
                + "echo '40001 read pairs processed; 1 (1%) read pairs available;' > reads-trimmed.log",
            "skewer ended without an error, but processed 80002 of 80000 reads"
        ),
        (
            read + log + "echo '@1' > reads-trimmed-pair1.fastq",
            "what skewer has written cannot be read: the file ends in the middle of a read"
        ),
        (
            read + log + "printf '>1\\nACGT\\n' > reads-trimmed-pair2.fastq",
            "what skewer has written cannot be read: line 1: a read begins with '@' and its name, not with '>'"
        ),
        (
            read + "echo Malformed fastq record 7",
            "skewer failed, for it said: Malformed fastq record 7"
        ),
        (read + "kill -TERM $$", "skewer was ended by SIGTERM (Terminated)"),
    ]

    private static let read = "cat raw_1.fastq > /dev/null & cat raw_2.fastq > /dev/null; wait; "
    private static let log =
        "echo '40000 read pairs processed; 40000 (100.00%) read pairs available;' > reads-trimmed.log; "

    private func makeBench(_ script: String) throws -> (bench: Bench, worker: FilePath) {
        let bench = try Bench()
        // More than all pipes hold.
        let text = String(
            repeating: RandomReads(seed: 7).fastq(100, bases: 80) { "r\($0)" },
            count: 400
        )
        try bench.write(text, to: "a_1.fastq")
        try bench.write(text, to: "a_2.fastq")
        try bench.write(
            "#!/bin/sh\ncase \"$1\" in --version) echo 0.2.2; exit;; esac\n\(script)\n",
            to: "bin/skewer"
        )
        try makeExecutable("bin/skewer", in: bench)
        let bin = bench.folders.data.appending("bin")
        let worker = try bench.makeWorker("PATH='\(bin)':$PATH exec \"$WORKER\" \"$@\"")
        return (bench, worker)
    }

    private func makeExecutable(_ path: String, in bench: Bench) throws {
        let file = bench.folders.data.pushing(FilePath(path))
        try file.withPlatformString {
            guard chmod($0, 0o755) == 0 else { throw Errno(rawValue: errno) }
        }
    }

    private func order(in bench: Bench) throws -> LaunchOrder {
        try bench.order(
            "create_sample",
            args: ["_id": "x", "name": "X", "files": ["a_1.fastq", "a_2.fastq"]],
            proc: 2
        )
    }

    @Test(arguments: tools)
    func itMayFailInAnyWay(script: String, message: String) async throws {
        let (bench, worker) = try makeBench(script)
        let runner = bench.makeRunner(worker: worker)
        await runner.start(try order(in: bench))
        let end = try await runner.end()
        #expect(end.state == .error)
        #expect(end.error?.message == message)
        #expect(!bench.exists("samples"))
        #expect(!bench.exists("work/job1"))
    }

    @Test(arguments: ["sleep 1000", read + "sleep 1000", "cat raw_1.fastq > /dev/null; sleep 1000"])
    func itMayStandStillUntilTheJobIsCancelled(script: String) async throws {
        let (bench, worker) = try makeBench("echo begun > begun\n" + script)
        let runner = bench.makeRunner(worker: worker)
        await runner.start(try order(in: bench))
        await bench.waitFor("work/job1/begun")
        await runner.cancel("job1", reason: "test")
        #expect(try await runner.end().state == .cancelled)
        #expect(processes(withArgument: bench.folders.work(of: "job1").string).isEmpty)
        #expect(!bench.exists("samples"))
    }
}
