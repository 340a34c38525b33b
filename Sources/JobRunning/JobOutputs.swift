import Glibc
import JSON
public import JobModel
import JobTasks
public import SystemPackage
import Threads

/// A file that a job has kept.
public struct JobOutput: Hashable, Sendable {
    /// Its name below the job's folder of outputs, with slashes.
    public let name: String
    /// In bytes.
    public let size: Int
}

/// Reads what jobs have kept of their work folders; never outside of that, and never through links.
///
/// All of it happens on threads of its own, for a file system may hang.
public struct JobOutputs: Sendable {
    let folders: DataFolders
    let pool = BlockingPool(threads: 8, name: "outputs")

    /// Takes the folders in which the outputs lie.
    ///
    /// - Parameter folders: Where the parts of a job lie.
    public init(folders: DataFolders) {
        self.folders = folders
    }

    /// Lists what a job has kept.
    ///
    /// - Parameter id: The job's name.
    /// - Returns: Its outputs in the order of their names; none for a job that is unknown, nor if
    ///   their file system does not answer.
    public func list(of id: JobID) async -> [JobOutput] {
        let folder = folders.outputs(of: id)
        return await pool.run(in: folder.string) {
            var found: [JobOutput] = []
            Self.list(folder, named: "", into: &found)
            return found.sorted { ExactText($0.name) < ExactText($1.name) }
        } ?? []
    }

    /// Opens one of them.
    ///
    /// - Parameters:
    ///   - name: Its name, as ``list(of:)`` tells it.
    ///   - id: The job's name.
    /// - Returns: The open file.
    /// - Throws: `ENOENT` if there is no such output, or why it cannot be read; `ETIMEDOUT` if
    ///   its file system does not answer.
    public func open(_ name: String, of id: JobID) async throws(Errno) -> OpenOutput {
        let (folder, pool) = (folders.outputs(of: id), pool)
        let file = await pool.run(in: folder.string) {
            Result { () throws(Errno) in try Self.open(name, in: folder, pool) }
        }
        guard let file else { throw .timedOut }
        return try file.get()
    }

    private static func open(
        _ name: String,
        in folder: FilePath,
        _ pool: BlockingPool
    ) throws(Errno) -> OpenOutput {
        // By bytes, as the kernel does: to a string a slash with an accent behind it is no slash.
        let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
        guard !name.utf8.contains(0), parts.allSatisfy({ !["", ".", ".."].contains($0) }) else {
            throw .noSuchFileOrDirectory
        }
        var file = Glibc.open(folder.string, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        for (index, part) in parts.enumerated() where file >= 0 {
            let folder = file
            let kind = index == parts.count - 1 ? O_NONBLOCK : O_DIRECTORY
            file = openat(folder, part, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | kind)
            let reason = errno
            close(folder)
            errno = reason
        }
        guard file >= 0 else {
            // A link, or a file where a folder would be: nothing of that name was kept.
            let isNone = [ENOENT, ELOOP, ENOTDIR, ENAMETOOLONG].contains(errno)
            throw isNone ? .noSuchFileOrDirectory : Errno(rawValue: errno)
        }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(file)
            throw .noSuchFileOrDirectory
        }
        return OpenOutput(file: file, status: status, in: folder.string, pool)
    }

    private static func list(
        _ folder: FilePath,
        named prefix: String,
        into found: inout [JobOutput]
    ) {
        guard Files.isFolder(folder) else { return }
        for name in (try? Files.names(in: folder)) ?? [] {
            let path = folder.appending(name)
            var status = stat()
            guard path.withPlatformString({ lstat($0, &status) }) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFREG: found.append(JobOutput(name: prefix + name, size: Int(status.st_size)))
            case S_IFDIR: list(path, named: prefix + name + "/", into: &found)
            default: continue
            }
        }
    }
}

/// A file that is open for reading; it can be read to its end even if it is removed meanwhile.
public final class OpenOutput: Sendable {
    /// In bytes.
    public let size: Int
    /// A name for exactly this content.
    public let tag: String
    private let file: CInt
    private let lane: String
    private let pool: BlockingPool

    init(file: CInt, status: stat, in lane: String, _ pool: BlockingPool) {
        self.file = file
        self.lane = lane
        self.pool = pool
        size = Int(status.st_size)
        tag = Self.tag(status, size)
    }

    /// Takes a file without a name that is about to be written.
    init(writing size: Int, to file: CInt, in lane: String, _ pool: BlockingPool) {
        self.file = file
        self.lane = lane
        self.pool = pool
        self.size = size
        tag = ""
    }

    private static func tag(_ status: stat, _ size: Int) -> String {
        [Int(status.st_ino), size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
            .map { String($0, radix: 36) }.joined(separator: "-")
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
