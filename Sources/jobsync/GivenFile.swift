import Foundation
import JobTasks
import SystemPackage

/// A file that somebody names on the command line, or keeps for the program.
enum GivenFile {
    /// More is no file that was meant.
    private static let limit = 1 << 30

    /// Reads it to its end.
    ///
    /// It may be a pipe to which another program writes, as a shell makes one of `<(…)`; one to which nobody writes
    /// is not waited for.
    ///
    /// - Parameter path: The file.
    /// - Returns: What is in it.
    /// - Throws: Why it cannot be read.
    static func read(_ path: String) throws -> [UInt8] {
        let file: CInt
        do throws(Errno) {
            file = try Files.open(FilePath(path), O_RDONLY | O_NONBLOCK | O_NOCTTY)
        } catch {
            // In the words that people are told everywhere.
            switch error {
            case .noSuchFileOrDirectory: throw CocoaError(.fileReadNoSuchFile)
            case .permissionDenied: throw CocoaError(.fileReadNoPermission)
            default: throw error
            }
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw Errno(rawValue: errno) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return try content(of: file)
        case S_IFIFO:
            _ = fcntl(file, F_SETFL, O_RDONLY)
            let bytes = try content(of: file)
            if bytes.isEmpty { throw Errno.noRegularFile }
            return bytes
        case S_IFDIR: throw Errno.isDirectory
        default: throw Errno.noRegularFile
        }
    }

    /// Reads a text.
    ///
    /// - Parameter path: The file.
    /// - Returns: What is in it.
    /// - Throws: Why it cannot be read, or that it is not UTF-8.
    static func text(_ path: String) throws -> String {
        guard let text = String(validating: try read(path), as: UTF8.self) else {
            throw Errno.illegalByteSequence
        }
        return text
    }

    private static func content(of file: CInt) throws(Errno) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Foundation.read(file, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Errno(rawValue: errno) }
            guard count > 0 else { return bytes }
            bytes.append(contentsOf: buffer[..<count])
            guard bytes.count <= limit else { throw .fileTooLarge }
        }
    }
}
