import Glibc
package import SystemPackage

extension Files {
    /// Whether a file begins with these bytes.
    package static func begins(_ path: FilePath, with magic: [UInt8]) throws(Errno) -> Bool {
        let file = try openRegular(path, O_RDONLY, followsLink: true)
        defer { close(file) }
        var start = [UInt8](repeating: 0, count: magic.count)
        return Glibc.read(file, &start, start.count) == magic.count && start == magic
    }

    /// Reads a file from its start to its end in pieces of up to 256 KiB.
    package static func readPieces(
        of path: FilePath,
        _ handle: ([UInt8]) throws -> Void
    ) throws {
        let pieces = try FilePieces(of: path)
        while let piece = try pieces.next() { try handle(piece) }
    }

    /// Copies what is in a file into a new one.
    package static func copy(_ source: FilePath, to target: FilePath) throws {
        let file = try open(target, O_WRONLY | O_CREAT | O_EXCL)
        defer { close(file) }
        try readPieces(of: source) { try write($0[...], to: file) }
    }

    /// Waits until a folder and all that is in it are on the disk.
    ///
    /// Of a link, a pipe or a device nothing but its name is.
    ///
    /// - Parameters:
    ///   - folder: The folder.
    ///   - onlyItself: Whether only the names in it count and not what they stand for.
    /// - Throws: What cannot be read or written.
    package static func sync(_ folder: FilePath, onlyItself: Bool = false) throws(Errno) {
        if !onlyItself {
            for name in try names(in: folder) {
                let path = folder.appending(name)
                if isFolder(path) {
                    try sync(path)
                } else if isRegular(path) {
                    try syncFile(path)
                }
            }
        }
        try syncFile(folder)
    }

    /// Whether a path is that of a folder, and not of a link to one.
    package static func isFolder(_ path: FilePath) -> Bool {
        var status = stat()
        return path.withPlatformString { lstat($0, &status) } == 0
            && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Waits until a file or the names in a folder are on the disk.
    static func syncFile(_ path: FilePath) throws(Errno) {
        let file = try open(path, O_RDONLY | O_NONBLOCK)
        defer { close(file) }
        guard fsync(file) == 0 else { throw Errno(rawValue: errno) }
    }
}
