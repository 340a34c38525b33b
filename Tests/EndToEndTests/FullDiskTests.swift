import Foundation
import FoundationNetworking
import Glibc
import JSON
import JobModel
import JobProtocol
import Testing

@Suite("The disk is full", .timeLimit(.minutes(6)))
struct FullDiskTests {
    /// Whether this process may mount.
    static let canMount: Bool = {
        let folder = "/tmp/jobsync-mount-\(getpid())-store"
        mkdir(folder, 0o755)
        defer { rmdir(folder) }
        guard mount("tmpfs", folder, "tmpfs", 0, "size=64k") == 0 else { return false }
        return umount2(folder, Int32(MNT_DETACH)) == 0
    }()

    private func health(_ server: ServerProcess) async throws -> (Int, JSONValue) {
        let url = try #require(URL(string: server.url + "/healthz"))
        let (data, response) = try await URLSession.shared.data(from: url)
        let status = try #require((response as? HTTPURLResponse)?.statusCode)
        return (status, try JSONValue(parsing: Array(data)))
    }

    /// Takes all the space that there is.
    private func fill(_ path: String) {
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        defer { close(file) }
        for size in [1 << 16, 1 << 12, 1] {
            let bytes = [UInt8](repeating: 1, count: size)
            while write(file, bytes, size) == size {}
        }
    }

    @Test(
        "Changes wait in memory and are told to, nothing accepted is lost or runs twice, and all goes on",
        .enabled(if: canMount, "needs the right to mount a tiny disk")
    )
    func store() async throws {
        let folder = try DataFolder()
        let path = folder.url.path
        try #require(mount("tmpfs", path, "tmpfs", 0, "size=12m") == 0)
        defer { withExtendedLifetime(folder) { _ = umount2(path, Int32(MNT_DETACH)) } }
        try FileManager.default.createDirectory(
            at: folder.file("tasks"),
            withIntermediateDirectories: true
        )
        try folder.addTask("gate", Tasks.gate)
        let server = try await ServerProcess.start(folder.url)
        let client = try await Client.connect(to: server)
        try await client.subscribe()
        _ = try await client.call("jobs.new", ["task": "gate", "job_id": "g0"])
        await client.waitUntil { $0.jobs["g0"]?.stage == "wait" }
        fill(folder.file("ballast").path)

        // What fits in the space that the store holds already is taken; the first that does not is kept.
        var ids: [String] = ["g0"]
        var refusal: RPCError?
        while refusal == nil {
            let id = "g\(ids.count)"
            ids.append(id)
            do {
                _ = try await client.call("jobs.new", ["task": "gate", "job_id": .string(id)])
            } catch let error as RPCError {
                refusal = error
            }
        }
        #expect(refusal?.code == .unavailable && refusal?.retry == true)
        do {
            _ = try await client.call("jobs.new", ["task": "gate", "job_id": "refused"])
            Issue.record("the store takes nothing")
        } catch let error as RPCError {
            #expect(
                error.message
                    == "the store takes no changes, and nothing was done: the disk is full"
            )
            #expect(error.retry)
        }
        let (status, body) = try await health(server)
        #expect(status == 503)
        #expect(body["troubles"]?.arrayValue?.first?["kind"] == "store")
        #expect(body["troubles"]?.arrayValue?.first?["cause"] == "the disk is full")
        let shown = try await CommandRun.jobsync("status", on: server)
        #expect(shown.output.contains("changes cannot be kept since"))

        // Jobs end, and their ends wait too.
        try Data().write(to: folder.file("open"))
        try await TestProcessTable.waitForEnd(of: "g0", in: folder)
        try FileManager.default.removeItem(at: folder.file("ballast"))
        for id in ids {
            let end = await client.waitForEnd(of: JobID(stringLiteral: id))
            #expect(end?.state == .complete)
            let starts = await client.view.states(of: JobID(stringLiteral: id))
            #expect(starts.filter { $0 == .waiting }.count <= 1)
        }
        while try await health(server).0 != 200 { try await Task.sleep(for: .milliseconds(50)) }
        let log = try String(contentsOfFile: path + ".err", encoding: .utf8)
            .split(separator: "\n")
        #expect(log.count { $0.contains("the store takes no changes") } == 1)
        #expect(log.count { $0.contains("the store answers again") } == 1)
        #expect(log.count < 40)
        #expect(await server.end(SIGTERM) == 0)
    }
}
