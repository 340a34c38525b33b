import Glibc
import JSON
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

/// What the built-in tasks do when the disk is full.
@Suite(
    .serialized,
    .enabled(if: hasAllTools, "needs the tools of all built-in tasks"),
    .enabled(if: canMount, "needs the right to mount a tiny disk")
)
struct TaskScarcityTests {
    /// Less than each task needs, in kB.
    private static let spaces = [
        "rebuild_index": 4000, "create_sample": 150, "pathoscope_bowtie": 4000,
        "pathoscope_snap": 1000, "nuvs": 500,
    ]

    @Test(arguments: spaces.keys.sorted())
    func aFullDiskIsSaidAndNothingIsHalfMade(task: String) async throws {
        let data = try await PreparedData.small.value
        let bench = try Bench()
        let folder = bench.folders.data.string
        try #require(mount("tmpfs", folder, "tmpfs", 0, "size=16m") == 0)
        defer { withExtendedLifetime(bench) { _ = umount2(folder, Int32(MNT_DETACH)) } }
        try data.fill(bench)
        let free = Files.freeSpace(at: bench.folders.data) ?? 0
        let ballast = max(free - (Self.spaces[task] ?? 0) << 10, 0)
        try Files.write(
            [UInt8](repeating: 0, count: ballast),
            to: bench.folders.data.appending("ballast")
        )
        let runner = bench.makeRunner()
        await runner.start(try data.order(task, in: bench))
        let end = try await runner.end()
        #expect(end.state == .error)
        let message = end.error?.message ?? ""
        #expect(
            message.contains("no space is left on the disk")
                || message.contains("No space left on device"),
            "\(message)"
        )
        #expect(!bench.exists("work/job1"))
        #expect(try Files.names(in: bench.folders.data.appending("indexes")) == ["viruses.1"])
        #expect(try Files.names(in: bench.folders.data.appending("samples")) == ["sample"])
        #expect(!bench.exists("analyses"))
        for path in data.set.reads { #expect(bench.exists(path)) }
    }
}
