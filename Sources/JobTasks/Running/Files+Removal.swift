import Glibc
package import SystemPackage

extension Files {
    /// Removes a file, or a folder with all that is in it; links are removed, not followed.
    ///
    /// - Parameters:
    ///   - path: What is removed; nothing there is fine.
    ///   - step: Called after each file or folder of a folder that is gone.
    /// - Throws: What stands in the way.
    package static func remove(_ path: FilePath, step: () -> Void = {}) throws(Errno) {
        guard path.withPlatformString({ unlink($0) }) != 0 else { return }
        switch errno {
        case ENOENT: return
        case EISDIR, EPERM: break
        default: throw Errno(rawValue: errno)
        }
        let folder = try openFolder(AT_FDCWD, path.string)
        try empty(folder, step)
        guard path.withPlatformString({ rmdir($0) }) == 0 || errno == ENOENT else {
            throw Errno(rawValue: errno)
        }
    }

    /// Removes all that is in an open folder, and closes it.
    ///
    /// Works by descriptors, not by paths: a name that is swapped for a link
    /// meanwhile cannot lead the removal elsewhere.
    private static func empty(_ folder: CInt, _ step: () -> Void) throws(Errno) {
        guard let stream = fdopendir(folder) else {
            close(folder)
            throw Errno(rawValue: errno)
        }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let isSpecial = withUnsafeBytes(of: &entry.pointee.d_name) {
                $0[0] == 0x2E && ($0[1] == 0 || $0[1] == 0x2E && $0[2] == 0)
            }
            guard !isSpecial else { continue }
            try withUnsafeBytes(of: &entry.pointee.d_name) { bytes throws(Errno) in
                guard let start = bytes.baseAddress else { return }
                try remove(start.assumingMemoryBound(to: CChar.self), in: dirfd(stream), step)
            }
            step()
        }
    }

    private static func remove(
        _ name: UnsafePointer<CChar>,
        in folder: CInt,
        _ step: () -> Void
    ) throws(Errno) {
        guard unlinkat(folder, name, 0) != 0 else { return }
        switch errno {
        case ENOENT: return
        case EISDIR, EPERM: break
        default: throw Errno(rawValue: errno)
        }
        let inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if inner >= 0 {
            try empty(inner, step)
        } else {
            // A tool may have left a folder that not even its owner may read.
            guard errno == EACCES, fchmodat(folder, name, 0o700, 0) == 0 else {
                throw Errno(rawValue: errno)
            }
            try empty(try openFolder(folder, String(cString: name)), step)
        }
        guard unlinkat(folder, name, AT_REMOVEDIR) == 0 || errno == ENOENT else {
            throw Errno(rawValue: errno)
        }
    }

    private static func openFolder(_ parent: CInt, _ name: String) throws(Errno) -> CInt {
        let folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else { throw Errno(rawValue: errno) }
        return folder
    }
}
