import Glibc
import JobTasks
import SystemPackage
import Threads

/// One job's log on disk; reading it blocks, for as long as its file system pleases.
struct LogFile {
    let path: FilePath

    /// Opens it, to be read by threads of a pool.
    ///
    /// - Returns: The open file; nil if there is no such file.
    /// - Throws: Why it cannot be opened; `noRegularFile` for what is none.
    func open(in pool: BlockingPool) throws(Errno) -> OpenFile? {
        let file: CInt
        do {
            file = try Files.openRegular(path, O_RDONLY)
        } catch .noSuchFileOrDirectory {
            return nil
        }
        return try OpenFile(file, in: path.string, pool)
    }

    /// Reads a part.
    ///
    /// - Parameters:
    ///   - offset: Where to begin, in bytes; negative counts from the end.
    ///   - limit: The most bytes to read.
    /// - Returns: Whole characters; empty if there is no such file.
    /// - Throws: Why it cannot be read; `noRegularFile` for what is none.
    func read(from offset: Int, limit: Int) throws(Errno) -> LogExcerpt {
        let file: CInt
        do {
            file = try Files.openRegular(path, O_RDONLY)
        } catch .noSuchFileOrDirectory {
            return LogExcerpt(offset: 0, text: "", size: 0)
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw Errno(rawValue: errno) }
        let size = Int(status.st_size)
        let start = offset < 0 ? max(0, size + offset) : min(offset, size)
        var bytes = [UInt8](repeating: 0, count: max(0, min(limit, size - start)))
        let count = pread(file, &bytes, bytes.count, off_t(start))
        guard count >= 0 else { throw Errno(rawValue: errno) }
        bytes.removeLast(bytes.count - count)
        let characters = WholeCharacters.range(in: bytes)
        return LogExcerpt(
            offset: start + characters.lowerBound,
            text: String(decoding: bytes[characters], as: UTF8.self),
            end: start + characters.upperBound,
            size: size
        )
    }
}
