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

    /// Whether a process bears the marker of a run.
    ///
    /// Its current folder tells nothing: a person may look into a job's work folder.
    static func isBorne(by pid: Int32, run: FilePath) -> Bool {
        let wanted = Array("\(runVariable)=\(run)".utf8)
        let environment = try? Files.read(FilePath("/proc/\(pid)/environ"))
        return environment?.split(separator: 0).contains { $0.elementsEqual(wanted) } ?? false
    }

    /// Whether a process is the worker of a run, and none of its tools: it was started with the run folder.
    static func isWorker(_ pid: Int32, run: FilePath) -> Bool {
        let arguments = try? Files.read(FilePath("/proc/\(pid)/cmdline")).split(separator: 0)
        return arguments?.contains { $0.elementsEqual(run.string.utf8) } ?? false
            && isBorne(by: pid, run: run)
    }
}
