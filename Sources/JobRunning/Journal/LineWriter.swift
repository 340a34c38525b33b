import CProcess
import Glibc
import JobTasks
package import SystemPackage

/// Appends to a file, and goes on where it had to stop: a full disk tears no line, and doubles none.
package struct LineWriter: ~Copyable {
    private let file: CInt
    /// What was to be written and is not yet.
    private var rest: [UInt8] = []

    /// Opens a regular file, or makes one.
    package init(_ path: FilePath) throws(Errno) {
        file = try Files.openRegular(path, O_WRONLY | O_APPEND | O_CREAT)
    }

    deinit { close(file) }

    /// How much is still to be written.
    package var unwritten: Int { rest.count }

    /// Adds bytes to what is to be written.
    package mutating func add(_ bytes: [UInt8]) { rest += bytes }

    /// Writes what is to be written.
    ///
    /// - Throws: Why not all of it can be; the rest is kept for the next time.
    package mutating func flush() throws(Errno) {
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest.removeFirst(count)
            } else if errno != EINTR {
                throw Errno(rawValue: errno)
            }
        }
    }

    /// Waits until all that was written is on the disk.
    package func sync() throws(Errno) {
        guard fsync(file) == 0 else { throw Errno(rawValue: errno) }
    }

    /// Has the file system keep room behind the file's end.
    ///
    /// Not every one can; then a full disk is told as far as it goes.
    package func reserve(_ size: Int64) { _ = cprocess_reserve(file, size) }
}
