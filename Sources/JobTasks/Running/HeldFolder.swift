import Glibc
package import SystemPackage

/// A folder that is held open, so that nothing can stand in its place and be taken for it.
///
/// Whoever owns a folder can remove it and put a link or another folder there. While this one is open no other
/// gets its number, so a look at what stands at the path tells.
package final class HeldFolder: Sendable {
    private let path: FilePath
    private let file: CInt

    /// Opens a folder.
    ///
    /// - Parameter path: The folder; not a link to one.
    /// - Throws: Why it cannot be opened.
    package init(_ path: FilePath) throws(Errno) {
        self.path = path
        file = try Files.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    }

    deinit { close(file) }

    /// Whether the folder still stands at its path.
    var isInPlace: Bool {
        var own = stat()
        var there = stat()
        return fstat(file, &own) == 0 && path.withPlatformString { lstat($0, &there) } == 0
            && own.st_dev == there.st_dev && own.st_ino == there.st_ino
    }

    /// Whether the folder was removed for good: the file system itself says that it has no name any more.
    ///
    /// One that was moved, or whose disk was taken away or does not answer, was not.
    package var isRemoved: Bool {
        var own = stat()
        return fstat(file, &own) == 0 && own.st_nlink == 0
    }
}
