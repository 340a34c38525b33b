import Glibc
import JobModel
import JobRunning
import JobTasks
import SystemPackage
import Testing

/// A process that has nothing to do with any job, and lives until it is let go of.
final class Bystander {
    let identity: ProcessIdentity

    /// Starts it.
    ///
    /// - Parameter folder: Where it stands.
    /// - Throws: If it cannot be started.
    init(in folder: FilePath = "/") throws {
        var pid: Int32 = 0
        let words = ["env", "--chdir=\(folder)", "sleep", "infinity"]
        let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        try #require(posix_spawnp(&pid, words[0], nil, nil, arguments, environ) == 0)
        identity = ProcessIdentity(
            pid: pid,
            startTime: try #require(ProcessTable.entry(of: pid)).startTime,
            bootID: Machine.bootID
        )
        let place = DataPath.realPath(folder)
        while DataPath.realPath(FilePath("/proc/\(pid)/cwd")) != place, isAlive { usleep(1000) }
    }

    deinit {
        kill(identity.pid, SIGKILL)
        waitpid(identity.pid, nil, 0)
    }

    var isAlive: Bool { waitpid(identity.pid, nil, WNOHANG) == 0 }
}
