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
    @Test(.enabled(if: canMount(), "needs the right to mount a tiny disk"))
    func aFullDiskEndsTheJobAndIsSaid() async throws {
        let bench = try Bench(.shell("while :; do head -c 500 /dev/zero | tr '\\0' x; echo; done"))
        let data = bench.folders.data.string
        try #require(mount("tmpfs", data, "tmpfs", 0, "size=1m") == 0)
        defer { withExtendedLifetime(bench) { _ = umount2(data, Int32(MNT_DETACH)) } }
        let runner = bench.makeRunner()
        await runner.start(try bench.order("script"))
        let end = try await runner.end()
        #expect(end.state == .error)
        #expect(end.error?.message == "the job's log cannot be written: No space left on device")
    }
}

/// Whether this process may mount.
func canMount() -> Bool {
    let folder = "/tmp/jobsync-mount-\(getpid())"
    mkdir(folder, 0o755)
    defer { rmdir(folder) }
    guard mount("tmpfs", folder, "tmpfs", 0, "size=64k") == 0 else { return false }
    return umount2(folder, Int32(MNT_DETACH)) == 0
}
