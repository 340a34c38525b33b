import Glibc
import JobTasks
package import SystemPackage

/// A control group of the kernel with one job in it.
///
/// What a process starts is born into its group, whatever it does to its session, its
/// environment or its folder. So whoever knows the group finds all of a job, even after
/// server and worker have died.
package struct ControlGroup: Hashable, Sendable {
    package let path: FilePath

    /// Takes a group that may be there.
    init(_ path: FilePath) {
        self.path = path
    }

    private var members: FilePath { path.appending("cgroup.procs") }

    /// Makes the group; one that is there already is fine.
    func make() throws(Errno) {
        guard path.withPlatformString({ mkdir($0, 0o755) }) != 0 else { return }
        guard errno == EEXIST else { throw Errno(rawValue: errno) }
    }

    /// Opens the group's folder, for a process to be started in it.
    func open() throws(Errno) -> CInt { try Files.open(path, O_RDONLY | O_DIRECTORY) }

    /// Moves the process that calls this into the group, unless it was started there.
    ///
    /// A move takes the kernel some 10 ms.
    func enter() throws(Errno) {
        if !isOwn { try write("0", to: members) }
    }

    /// Whether the process that calls this is in the group; names of groups are not used twice.
    private var isOwn: Bool {
        let name = Array("/\(path.lastComponent?.string ?? "")".utf8)
        let groups = (try? Files.read("/proc/self/cgroup")) ?? []
        return String(decoding: groups, as: UTF8.self).split(separator: "\n").contains {
            Array($0.utf8).suffix(name.count).elementsEqual(name)
        }
    }

    /// The processes in it that still run.
    package var processes: [Int32] {
        let text = String(decoding: (try? Files.read(members)) ?? [], as: UTF8.self)
        return text.split(separator: "\n").compactMap { Int32($0) }.filter { pid in
            pid != getpid() && ProcessTable.entry(of: pid).map { !$0.isZombie } ?? false
        }
    }

    /// Sends SIGKILL to all that is in it; meanwhile nothing can be started in it where the
    /// kernel has a way to prevent that.
    func kill() {
        // All at once, since Linux 5.14.
        if (try? write("1", to: path.appending("cgroup.kill"))) != nil { return }
        let freezer = path.appending("freezer.state")
        let isHeld =
            (try? write("1", to: path.appending("cgroup.freeze"))) != nil
            || (try? write("FROZEN", to: freezer)) != nil
            || (try? write("0", to: path.appending("pids.max"))) != nil
        for process in processes { Glibc.kill(process, SIGKILL) }
        guard isHeld else { return }
        // What is frozen dies when it is thawed.
        try? write("0", to: path.appending("cgroup.freeze"))
        try? write("THAWED", to: freezer)
    }

    /// Removes the group.
    ///
    /// - Returns: Whether it is gone; it stays while anything is in it.
    func remove() -> Bool { path.withPlatformString { rmdir($0) } == 0 || errno == ENOENT }

    /// Files of the kernel's are there or not; none may be made where it has none.
    private func write(_ text: String, to file: FilePath) throws(Errno) {
        let file = try Files.open(file, O_WRONLY)
        defer { close(file) }
        try Files.write(Array(text.utf8)[...], to: file)
    }
}
