import CProcess
import Glibc
package import SystemPackage

/// What it takes to use files of known names where tools and people can put anything in their place.
extension Files {
    /// Opens a regular file that no tool inherits, and nothing else.
    ///
    /// Never waits: who opens a pipe could wait for ever for its other end, and who reads a device for its data.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - flags: As for `open`.
    ///   - followsLink: Whether its name may be that of a link; so it is with what people bring along.
    /// - Returns: The open file.
    /// - Throws: `noRegularFile` if something else is there, or why it cannot be opened.
    package static func openRegular(
        _ path: FilePath,
        _ flags: CInt,
        followsLink: Bool = false
    ) throws(Errno) -> CInt {
        let file = path.withPlatformString { cprocess_open_regular($0, flags, 0o644, followsLink) }
        guard file >= 0 else { throw Errno(rawValue: errno) }
        return file
    }

    /// Whether a path is that of a regular file, and not of a link to one.
    package static func isRegular(_ path: FilePath) -> Bool {
        var status = stat()
        return path.withPlatformString { lstat($0, &status) } == 0
            && status.st_mode & S_IFMT == S_IFREG
    }

    /// Removes what has the name of a file and is none, so that the file can be made.
    ///
    /// - Parameter path: The file; one that is there stays.
    /// - Throws: What stands in the way.
    package static func makeWay(for path: FilePath) throws(Errno) {
        if exists(path), !isRegular(path) { try remove(path) }
    }
}

extension Errno {
    /// There is something of that name, but no regular file: a folder, a link, a pipe, a device.
    package static var noRegularFile: Errno { Errno(rawValue: EMEDIUMTYPE) }

    /// Whether there is something else than what was made there; to wait does not help.
    package var isOfWrongKind: Bool {
        [.noRegularFile, .notDirectory, .isDirectory, .tooManySymbolicLinkLevels].contains(self)
    }

    /// What is wrong, for people.
    package var reason: String { self == .noRegularFile ? "it is no regular file" : description }
}
