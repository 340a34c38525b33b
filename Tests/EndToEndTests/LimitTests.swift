import Foundation
import JSON
import JobModel
import Testing

@Suite("Limits, with real jobs", .timeLimit(.minutes(6)))
struct LimitTests {
    @Test(
        "Fifty jobs with limits 1, 2 and none on 4 cores and 8 GB: never more than allowed, all end"
    )
    func fiftyJobs() async throws {
        let folder = try DataFolder(tasks: [
            "one": Tasks.tracing(limit: 1)("one"), "two": Tasks.tracing(limit: 2)("two"),
            "free": Tasks.tracing()("free"),
        ])
        let server = try await ServerProcess.start(folder.url)
        let client = try await Client.connect(to: server)
        try await client.subscribe()
        var ids: [JobID] = []
        for number in 0..<50 {
            let params: JSONObject = [
                "task": .string(["one", "two", "free", "free"][number % 4]),
                "proc": .integer(1 + number % 3), "mem": .integer(1 + number % 5),
                "job_id": "j\(number)",
            ]
            _ = try await client.call("jobs.new", params)
            ids.append("j\(number)")
        }
        for id in ids { #expect(await client.waitForEnd(of: id)?.state == .complete) }
        try checkTrace(try folder.text("trace"))
        // What clients were told never exceeded the machine either.
        for resources in await client.view.resources {
            #expect(resources["used"]?["proc"]?.integerValue ?? 99 <= 4)
            #expect(resources["used"]?["mem"]?.integerValue ?? 99 <= 8)
        }
        #expect(await server.end(SIGTERM) == 0)
    }

    /// What the jobs themselves wrote: `ID begin|end TASK PROC MEM TIME`.
    private func checkTrace(_ trace: String) throws {
        var proc = 0
        var mem = 0
        var running: [String: Int] = [:]
        let lines = trace.split(separator: "\n").map { $0.split(separator: " ") }
        #expect(lines.count == 100)
        let ordered = try lines.sorted { try #require(Double($0[5])) < #require(Double($1[5])) }
        for line in ordered {
            let sign = line[1] == "begin" ? 1 : -1
            proc += sign * (Int(line[3]) ?? 0)
            mem += sign * (Int(line[4]) ?? 0)
            running[String(line[2]), default: 0] += sign
            #expect(proc <= 4 && mem <= 8)
            #expect(running["one", default: 0] <= 1)
            #expect(running["two", default: 0] <= 2)
        }
    }
}
