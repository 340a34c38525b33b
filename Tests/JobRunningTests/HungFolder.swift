import Glibc
import JobTasks
import SystemPackage
import TestSupport

/// A folder whose file system never answers, as one on a server that went away.
final class HungFolder {
    private let path: FilePath
    private var device: CInt?

    /// Whether this process may mount one.
    static let isPossible: Bool = {
        guard let folder = try? ScratchFolder() else { return false }
        defer { withExtendedLifetime(folder) {} }
        return (try? HungFolder(over: FilePath(folder.path))) != nil
    }()

    /// Mounts nothing but silence over a folder: whoever touches it waits until it is released.
    init(over path: FilePath) throws(Errno) {
        self.path = path
        let device = try Files.open("/dev/fuse", O_RDWR)
        let options = "fd=\(device),rootmode=40000,user_id=\(getuid()),group_id=\(getgid())"
        guard mount("hung", path.string, "fuse", 0, options) == 0 else {
            let reason = errno
            close(device)
            throw Errno(rawValue: reason)
        }
        self.device = device
    }

    deinit { release() }

    /// Lets all go who wait, and shows what was in the folder before.
    func release() {
        guard let device else { return }
        self.device = nil
        close(device)
        umount2(path.string, Int32(MNT_DETACH))
    }
}
