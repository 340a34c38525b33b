import Glibc
package import SystemPackage

extension Files {
    /// Writes a file so that there is always a whole one of its name, the old or the new.
    ///
    /// - Parameters:
    ///   - path: The file; its folder must be there.
    ///   - bytes: What is to be in it.
    /// - Throws: What stands in the way; then the old one is as it was.
    package static func replace(_ path: FilePath, with bytes: [UInt8]) throws(Errno) {
        let new = FilePath(path.string + ".new")
        try makeWay(for: new)
        try write(bytes, to: new)
        try syncFile(new)
        try move(new, over: path)
    }

    /// Gives a file the name of another, which is gone then.
    ///
    /// - Parameters:
    ///   - new: The file; what is in it must be on the disk.
    ///   - path: Its new name, in the same folder.
    /// - Throws: What stands in the way.
    package static func move(_ new: FilePath, over path: FilePath) throws(Errno) {
        try rename(new, over: path)
        try sync(path.removingLastComponent(), onlyItself: true)
    }

    /// Gives a file the name of another, which is gone then; a power cut may bring that back.
    package static func rename(_ new: FilePath, over path: FilePath) throws(Errno) {
        func rename() -> CInt {
            new.withPlatformString { new in path.withPlatformString { Glibc.rename(new, $0) } }
        }
        if rename() == 0 { return }
        // All else than a folder gives way by itself.
        guard errno == EISDIR else { throw Errno(rawValue: errno) }
        try makeWay(for: path)
        guard rename() == 0 else { throw Errno(rawValue: errno) }
    }

    /// Puts bytes at the end of a file, which is made if there is none.
    package static func append(_ bytes: [UInt8], to path: FilePath) throws(Errno) {
        let file = try openRegular(path, O_WRONLY | O_CREAT | O_APPEND)
        defer { close(file) }
        try write(bytes[...], to: file)
    }
}
