import JSON
import JobModel
import SystemPackage
import TestSupport
import Testing

@testable import JobTasks

/// What is fed to a tool through several pipes.
@Suite(.timeLimit(.minutes(6)))
struct ToolFeedTests {
    private final class Silent: TaskReporter {
        var isStopping: Bool { false }
        func log(_ lines: [String]) {}
        func progress(_ fraction: Double) {}
        func keep(_ record: DataRecord) -> Bool { true }
    }

    private func context(in folder: ScratchFolder) -> TaskContext {
        TaskContext(
            id: "job1",
            task: "test",
            username: "tester",
            args: [:],
            resources: Resources(proc: 1, mem: 1),
            work: FilePath(folder.path),
            data: FilePath(folder.path),
            reporter: Silent()
        )
    }

    @Test func allComesThroughWhateverIsReadFirst() async throws {
        let folder = try ScratchFolder()
        let context = context(in: folder)
        let pipes = try ["one", "two"].map { try ToolPipe($0, .toTool, in: context) }
        let feeder = try OwnThread { () -> Bool in
            defer { for pipe in pipes { pipe.closeOurs() } }
            var feed = ToolFeed(pipes)
            do throws(Errno) {
                for _ in 0..<400 {
                    feed[0] += [UInt8](repeating: 1, count: 10_000)
                    feed[1] += [UInt8](repeating: 2, count: 5_000)
                    try feed.writeSome()
                }
                try feed.finish()
                return true
            } catch {
                return false
            }
        }
        var tool = Tool(["sh", "-c", "cat one | wc -c > a & cat two | wc -c > b; wait"])
        tool.files = ["a", "b"]
        try await context.run(tool)
        for pipe in pipes { pipe.closeTools() }
        #expect(await feeder.value)
        let counts = try ["a", "b"].map {
            String(decoding: try Files.read(context.work.appending($0)), as: UTF8.self)
        }
        #expect(counts == ["4000000\n", "2000000\n"])
    }

    /// The memory of the machine is no pipe.
    @Test func whatIsNotReadWaitsUpToABound() throws {
        let folder = try ScratchFolder()
        let context = context(in: folder)
        let pipes = try ["one", "two"].map { try ToolPipe($0, .toTool, in: context) }
        var feed = ToolFeed(pipes, limit: 100_000)
        var written = 0
        #expect(throws: Errno.noBufferSpace) {
            while written < 10_000_000 {
                // Nothing comes for the first pipe, so that more and more has to be read for it.
                feed[1] += [UInt8](repeating: 2, count: 1000)
                written += 1000
                try feed.writeSome()
            }
        }
        #expect((100_000...102_000).contains(written))
        for pipe in pipes {
            pipe.closeOurs()
            pipe.closeTools()
        }
    }
}
