import Glibc
package import SystemPackage

/// A file that is read from its start to its end in pieces of up to 256 KiB.
package struct FilePieces: ~Copyable {
    private let file: CInt

    /// Opens a regular file, or what a link to one leads to if it may.
    package init(of path: FilePath, followsLink: Bool = true) throws(Errno) {
        file = try Files.openRegular(path, O_RDONLY, followsLink: followsLink)
    }

    deinit { close(file) }

    /// The next piece, never empty; nil at the file's end.
    package func next() throws(Errno) -> [UInt8]? {
        var count = 0
        let piece = [UInt8](unsafeUninitializedCapacity: 256 << 10) { buffer, filled in
            repeat {
                count = Glibc.read(file, buffer.baseAddress, buffer.count)
            } while count < 0 && errno == EINTR
            filled = max(count, 0)
        }
        guard count >= 0 else { throw Errno(rawValue: errno) }
        return count > 0 ? piece : nil
    }
}
