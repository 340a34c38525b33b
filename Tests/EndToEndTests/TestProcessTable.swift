import Foundation

/// Looks for processes of a job by the mark that all of them inherit.
enum TestProcessTable {
    static func processes(of job: String) -> [Int] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { Int($0) }.filter { process in
            guard let environment = FileManager.default.contents(atPath: "/proc/\(process)/environ")
            else { return false }
            let mark = Data("JOBSYNC_JOB=\(job)".utf8)
            return environment.split(separator: 0).contains { Data($0) == mark }
        }
    }
}
