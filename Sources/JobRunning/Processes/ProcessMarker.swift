import Glibc
package import JobModel
import JobTasks
package import SystemPackage

/// What every process of a job inherits, so that it is known when its worker is gone.
package enum ProcessMarker {
    private static let runVariable = "JOBSYNC_RUN"

    /// The marker as environment variables.
    package static func environment(of id: JobID, run: FilePath) -> [String: String] {
        ["JOBSYNC_JOB": id.rawValue, runVariable: run.string]
    }

    /// Whether a process bears the marker of a run, or works in a job's work folder.
    static func isBorne(by pid: Int32, run: FilePath, work: FilePath) -> Bool {
        let wanted = Array("\(runVariable)=\(run)".utf8)
        if let environment = try? Files.read(FilePath("/proc/\(pid)/environ")),
            environment.split(separator: 0).contains(where: { $0.elementsEqual(wanted) })
        {
            return true
        }
        return DataPath.realPath(FilePath("/proc/\(pid)/cwd"))?.starts(with: work) ?? false
    }
}
