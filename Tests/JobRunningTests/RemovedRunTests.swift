import Glibc
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import TestSupport
import Testing

/// Workers whose run folders are removed: no order reaches them any more, and nobody reads what they write.
@Suite("A job without its run folder", .timeLimit(.minutes(6)))
struct RemovedRunTests {
    private let mark = "2\(UInt32.random(in: 0...UInt32.max)).25"

    /// For a job that runs until it is ended, and so does what has left it.
    private func makeBench(_ trap: String = ":", grace: Duration) throws -> Bench {
        let script = """
            \(trap); setsid sleep \(mark) & touch "$2/begun"
            while :; do sleep 0.05; done
            """
        return try Bench(.shell(script, grace: grace))
    }

    @Test("Ends with all its tools, though there is no server that could end it")
    func alone() async throws {
        let bench = try makeBench("trap '' TERM", grace: .seconds(1))
        var runner: WorkerRunner? = bench.makeRunner()
        await runner?.start(try bench.order("script"))
        await bench.waitFor("begun")
        let worker = try bench.workerIdentity().pid
        runner = nil
        try Files.remove(bench.folders.data)
        while ProcessTable.entry(of: worker)?.isZombie == false {
            try await Task.sleep(for: .milliseconds(20))
        }
        waitpid(worker, nil, 0)
        #expect(processes(withArgument: mark).isEmpty)
        #expect(!bench.exists("work"))
    }

    @Test("Is lost, as its server and its log say")
    func watched() async throws {
        // So long that its worker comes to its last word on any machine.
        let bench = try makeBench(grace: .seconds(120))
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        await bench.waitFor("begun")
        let run = bench.folders.run(of: "job1")
        try Files.remove(run)
        let error = try #require(try await runner.end().error)
        #expect(error.cause == .lost)
        #expect(error.message.hasSuffix("and without a last word; its journal is gone"))
        #expect(error.log.contains { $0.contains("its run folder \(run) was removed") })
        #expect(processes(withArgument: mark).isEmpty)
    }

    @Test("A folder that was moved, or whose disk was taken away, was not removed")
    func held() throws {
        let scratch = try ScratchFolder()
        defer { withExtendedLifetime(scratch) {} }
        let path = FilePath(scratch.path).appending("folder")
        try Files.makeFolder(path)
        if canMount {
            try #require(mount("tmpfs", path.string, "tmpfs", 0, "size=64k") == 0)
            let run = path.appending("run")
            try Files.makeFolder(run)
            let folder = try HeldFolder(run)
            try #require(umount2(path.string, Int32(MNT_DETACH)) == 0)
            #expect(!Files.exists(run) && !folder.isRemoved)
        }
        let folder = try HeldFolder(path)
        #expect(!folder.isRemoved)
        let elsewhere = FilePath(scratch.path).appending("elsewhere")
        try Files.move(path, to: elsewhere)
        #expect(!folder.isRemoved)
        try Files.remove(elsewhere)
        #expect(folder.isRemoved)
        try Files.makeFolder(elsewhere)
        #expect(folder.isRemoved, "another one has its name")
    }
}
