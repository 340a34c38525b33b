import Glibc
import JobTasks
public import SystemPackage
import Threads

/// A file that is open for reading; it can be read to its end even if it is removed meanwhile.
public final class OpenFile: Sendable {
    /// In bytes.
    public let size: Int
    /// A name for exactly this content.
    public let tag: String
    private let file: CInt
    private let lane: String
    private let pool: BlockingPool

    /// Takes an open file, and closes it if it is no good.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - lane: What reading it may be held up by.
    ///   - pool: Whose threads read it.
    /// - Throws: Why nothing is known of it; `noRegularFile` for what is none.
    init(_ file: CInt, in lane: String, _ pool: BlockingPool) throws(Errno) {
        var status = stat()
        let reason: Errno? =
            fstat(file, &status) != 0
            ? Errno(rawValue: errno) : status.st_mode & S_IFMT != S_IFREG ? .noRegularFile : nil
        if let reason {
            close(file)
            throw reason
        }
        self.file = file
        self.lane = lane
        self.pool = pool
        size = Int(status.st_size)
        tag = [Int(status.st_ino), size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
            .map { String($0, radix: 36) }.joined(separator: "-")
    }

    /// Takes a file without a name that is about to be written.
    init(writing size: Int, to file: CInt, in lane: String, _ pool: BlockingPool) {
        self.file = file
        self.lane = lane
        self.pool = pool
        self.size = size
        tag = ""
    }

    deinit {
        // Whoever lets go of it need not wait for a file system that hangs.
        pool.start(in: lane) { [file] in close(file) }
    }

    /// Reads a part.
    ///
    /// - Parameters:
    ///   - offset: Where to begin, in bytes, from 0 to the size.
    ///   - limit: The most bytes to read.
    /// - Returns: As many bytes as there are; fewer than asked for only at the end.
    /// - Throws: Why it cannot be read; `ETIMEDOUT` if its file system does not answer.
    public func read(from offset: Int, limit: Int) async throws(Errno) -> [UInt8] {
        let part = await pool.run(in: lane) {
            Result { () throws(Errno) in try self.part(from: offset, limit: limit) }
        }
        guard let part else { throw .timedOut }
        return try part.get()
    }

    /// Adds bytes at the end, on whatever thread this is.
    func write(_ bytes: ArraySlice<UInt8>) throws(Errno) { try Files.write(bytes, to: file) }

    private func part(from offset: Int, limit: Int) throws(Errno) -> [UInt8] {
        let wanted = max(0, min(limit, size - offset))
        var bytes = [UInt8](repeating: 0, count: wanted)
        var count = 0
        while count < wanted {
            let more = bytes.withUnsafeMutableBytes {
                pread(
                    file,
                    $0.baseAddress.map { $0 + count },
                    wanted - count,
                    off_t(offset + count)
                )
            }
            if more < 0, errno == EINTR { continue }
            guard more >= 0 else { throw Errno(rawValue: errno) }
            guard more > 0 else { break }
            count += more
        }
        bytes.removeLast(wanted - count)
        return bytes
    }
}
