import Foundation
import JSON
import JobModel
import JobProtocol
import TestSupport

/// Servers that share one MongoDB, each with a data folder of its own.
final class Site: Sendable {
    let uri: String
    let folders: [DataFolder]
    private let options: [String]

    /// Where a replica set keeps the jobs of one test.
    static func database(in uri: String) -> String {
        let name = "jobsync_test_\(UUID().uuidString.prefix(8))"
        return uri.replacing("/?", with: "/\(name)?")
    }

    init(
        uri: String,
        servers count: Int = 2,
        tasks: [String: String],
        options: [String] = []
    ) throws {
        self.uri = uri
        self.options = options
        folders = try (0..<count).map { _ in try DataFolder(tasks: tasks) }
    }

    /// Starts one of the servers; the first one to be started leads.
    func start(_ number: Int, _ more: [String] = []) async throws -> ServerProcess {
        try await ServerProcess.start(
            folders[number].url,
            options: ["--auth", "none", "--proc", "4", "--mem", "8", "--mongo", uri] + options
                + more
        )
    }

    /// What the servers logged, for a test that failed.
    func logs() -> String {
        folders.enumerated()
            .map { "server \($0.offset):\n\((try? $0.element.serverLog) ?? "no log")" }
            .joined(separator: "\n")
    }

    /// How often each job has begun, by what the jobs themselves wrote on all machines.
    func beginnings() -> [String: Int] {
        var counts: [String: Int] = [:]
        for folder in folders {
            let trace = (try? folder.text("trace")) ?? ""
            for line in trace.split(separator: "\n") where line.contains(" begin ") {
                counts[String(line.prefix { $0 != " " }), default: 0] += 1
            }
        }
        return counts
    }
}

/// All jobs that a server finds in the store, as minimal documents.
func storedJobs(_ client: Client) async throws -> [JobID: MinimalJob] {
    var jobs: [JobID: MinimalJob] = [:]
    var after: JSONValue = nil
    repeat {
        var params: JSONObject = ["limit": 1000, "filter": ["archived": false]]
        if !after.isNull { params["after"] = after }
        let page = try await client.call("jobs.find", params)
        for document in page["jobs"]?.arrayValue ?? [] {
            guard let job = MinimalJob(document: document) else { continue }
            jobs[job.id] = job
        }
        after = page["after"] ?? nil
    } while !after.isNull
    return jobs
}
