import CProcess
import Glibc
import JobModel
import JobTasks
public import SystemPackage

/// Makes control groups for the jobs of a data folder, where the kernel and its owner let it.
///
/// They lie below this process's own group, in the first hierarchy that will do: version 2, or of
/// version 1 those that can hold processes still while they are ended. Their names tell
/// data folder and job, so that a later server finds them, and each lies in its parent by itself, so that
/// limits may be set for one.
public struct ControlGroups: Sendable {
    private let parent: FilePath
    private let prefix: String

    /// Looks where groups can be made; nil where none can.
    ///
    /// - Parameter data: The data folder of the jobs.
    public init?(data: FilePath) {
        prefix = Self.prefix(for: data)
        guard let parent = Self.parents().first(where: Self.canMakeGroups(in:)) else { return nil }
        self.parent = parent
    }

    /// The group of a job.
    func group(of id: JobID) -> ControlGroup {
        ControlGroup(parent.appending(prefix + id.rawValue))
    }

    /// The groups of this data folder's jobs that there are.
    package var names: [String] {
        ((try? Files.names(in: parent)) ?? []).filter { $0.hasPrefix(prefix) }
    }

    /// The jobs that they are of.
    var jobs: [JobID] { names.compactMap { JobID($0.dropFirst(prefix.count)) } }

    /// The group that an earlier server has noted for a job.
    ///
    /// - Parameters:
    ///   - path: What was noted.
    ///   - id: The job.
    ///   - data: The data folder.
    /// - Returns: The group, if there is one, and it is this job's.
    static func noted(_ path: FilePath, of id: JobID, in data: FilePath) -> ControlGroup? {
        guard path.lastComponent?.string == prefix(for: data) + id.rawValue,
            isControlGroup(path)
        else { return nil }
        return ControlGroup(path)
    }

    private static func prefix(for data: FilePath) -> String {
        // FNV-1a with 64 bits.
        let hash = (DataPath.realPath(data) ?? data).string.utf8.reduce(
            UInt64(0xCBF2_9CE4_8422_2325)
        ) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return "jobsync-\(String(hash, radix: 36))-"
    }

    // MARK: Where

    private static func isControlGroup(_ path: FilePath) -> Bool {
        path.withPlatformString { cprocess_is_control_group($0) }
    }

    private static func canMakeGroups(in parent: FilePath) -> Bool {
        guard isControlGroup(parent) else { return false }
        // Of a name of its own, so that nobody else who looks removes it meanwhile.
        let name = "jobsync-probe-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
        let probe = ControlGroup(parent.appending(name))
        guard (try? probe.make()) != nil else { return false }
        defer { _ = probe.remove() }
        // To move a process takes the right to do so in both groups.
        return [parent, probe.path].allSatisfy { group in
            group.appending("cgroup.procs").withPlatformString { access($0, W_OK) } == 0
        }
    }

    /// This process's own groups, the best hierarchy first.
    private static func parents() -> [FilePath] {
        let own = lines(of: "/proc/self/cgroup").map {
            $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        }.filter { $0.count == 3 }
        let mounts = lines(of: "/proc/self/mountinfo").map { $0.split(separator: " ") }
        return ["", "freezer", "pids", "memory"].compactMap { controller in
            let path = own.first {
                $0[1].split(separator: ",").contains { $0 == controller }
                    || controller.isEmpty && $0[0] == "0" && $0[1].isEmpty
            }?[2]
            let mount = mounts.first { fields in
                guard let dash = fields.firstIndex(of: "-"), fields.count > dash + 3, dash > 5
                else { return false }
                return controller.isEmpty
                    ? fields[dash + 1] == "cgroup2"
                    : fields[dash + 1] == "cgroup"
                        && fields[dash + 3].split(separator: ",").contains { $0 == controller }
            }
            guard let path, let mount else { return nil }
            // In a container the mount may begin at our own group, or we may be outside of it.
            let root = mount[3]
            let inside =
                root == "/"
                ? path
                : path == root || path.hasPrefix(root + "/")
                    ? path.dropFirst(root.count) : ""
            guard !inside.hasPrefix("/..") else { return nil }
            return FilePath(String(mount[4])).pushing(FilePath(String(inside.drop { $0 == "/" })))
        }
    }

    private static func lines(of path: FilePath) -> [Substring] {
        let bytes = (try? Files.read(path)) ?? []
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { $0 }
    }
}
