import CProcess
import Glibc
package import SystemPackage

/// The few things that are done with files, without Foundation.
package enum Files {
    /// Makes a folder, and those above it that are missing.
    ///
    /// - Parameter path: The folder; one that is there stays, also where its name is that of a link to one.
    /// - Throws: What stands in the way; `ENOTDIR` if something else has its name.
    package static func makeFolder(_ path: FilePath) throws(Errno) {
        if try isMade(path) { return }
        try makeFolder(path.removingLastComponent())
        guard try isMade(path) else { throw .noSuchFileOrDirectory }
    }

    /// Makes a folder in one that is there; false if that is missing.
    private static func isMade(_ path: FilePath) throws(Errno) -> Bool {
        guard path.withPlatformString({ mkdir($0, 0o755) }) != 0 else { return true }
        switch errno {
        case EEXIST:
            var status = stat()
            let isThere = path.withPlatformString { stat($0, &status) } == 0
            guard isThere, status.st_mode & S_IFMT == S_IFDIR else { throw .notDirectory }
            return true
        case ENOENT where path.components.count > 1: return false
        default: throw Errno(rawValue: errno)
        }
    }

    /// Reads a whole regular file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limit: The most that is read.
    ///   - followsLink: Whether its name may be that of a link.
    /// - Returns: What is in it.
    /// - Throws: Why it cannot be read; `EFBIG` for a file larger than the limit.
    package static func read(
        _ path: FilePath,
        limit: Int = 64 << 20,
        followsLink: Bool = false
    ) throws(Errno) -> [UInt8] {
        let file = try openRegular(path, O_RDONLY, followsLink: followsLink)
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw Errno(rawValue: errno)
            }
            guard count > 0 else { return bytes }
            bytes.append(contentsOf: buffer[..<count])
            guard bytes.count <= limit else { throw .fileTooLarge }
        }
    }

    /// Writes a new file or replaces what is in a regular one.
    package static func write(_ bytes: [UInt8], to path: FilePath) throws(Errno) {
        let file = try openRegular(path, O_WRONLY | O_CREAT | O_TRUNC)
        defer { close(file) }
        try write(bytes[...], to: file)
    }

    /// Writes all of the bytes to an open file.
    package static func write(_ bytes: ArraySlice<UInt8>, to file: CInt) throws(Errno) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw Errno(rawValue: errno)
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Opens a file that no tool inherits.
    package static func open(_ path: FilePath, _ flags: CInt) throws(Errno) -> CInt {
        let file = path.withPlatformString { Glibc.open($0, flags | O_CLOEXEC, 0o644) }
        guard file >= 0 else { throw Errno(rawValue: errno) }
        return file
    }

    /// Moves a file or folder to a name that is free.
    ///
    /// - Parameters:
    ///   - source: What is moved.
    ///   - target: Its new name, on the same file system.
    /// - Throws: `EEXIST` if there is something of that name.
    package static func move(_ source: FilePath, to target: FilePath) throws(Errno) {
        let moved = source.withPlatformString { source in
            target.withPlatformString { cprocess_rename_to_free_name(source, $0) }
        }
        guard moved == 0 else { throw Errno(rawValue: errno) }
    }

    /// Makes a link.
    package static func link(_ path: FilePath, to target: FilePath) throws(Errno) {
        let made = target.withPlatformString { target in
            path.withPlatformString { symlink(target, $0) }
        }
        guard made == 0 else { throw Errno(rawValue: errno) }
    }

    /// The size of a file, or nil if there is none.
    package static func size(of path: FilePath) -> Int? {
        var status = stat()
        guard path.withPlatformString({ stat($0, &status) }) == 0,
            status.st_mode & S_IFMT == S_IFREG
        else { return nil }
        return Int(status.st_size)
    }

    /// Whether there is anything of that name, be it a link that leads nowhere.
    package static func exists(_ path: FilePath) -> Bool {
        var status = stat()
        return path.withPlatformString { lstat($0, &status) } == 0
    }

    /// What may still be written at a place, in bytes.
    package static func freeSpace(at path: FilePath) -> Int? {
        var status = statvfs()
        guard path.withPlatformString({ statvfs($0, &status) }) == 0 else { return nil }
        return Int(status.f_bavail) * Int(status.f_frsize)
    }

    /// The names in a folder, in no order.
    package static func names(in folder: FilePath) throws(Errno) -> [String] {
        guard let stream = folder.withPlatformString({ opendir($0) }) else {
            throw Errno(rawValue: errno)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = Self.name(of: entry)
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// The name in a directory entry.
    static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
        withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
