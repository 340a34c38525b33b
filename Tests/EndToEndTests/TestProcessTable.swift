import Foundation

/// Looks for processes of a job by the mark that all of them inherit, the worker first.
enum TestProcessTable {
    static func processes(of job: String, in folder: DataFolder) -> [Int] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { Int($0) }.filter { process in
            guard let environment = FileManager.default.contents(atPath: "/proc/\(process)/environ")
            else { return false }
            let mark = Data("JOBSYNC_RUN=\(folder.file("runs/\(job)").path)".utf8)
            return environment.split(separator: 0).contains { Data($0) == mark }
        }.sorted()
    }

    /// Waits until nothing of a job lives.
    static func waitForEnd(of job: String, in folder: DataFolder) async throws {
        while !processes(of: job, in: folder).isEmpty {
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
