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
    public func open(_ name: String, of id: JobID) async throws(Errno) -> OpenFile {
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
    ) throws(Errno) -> OpenFile {
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
        do throws(Errno) {
            return try OpenFile(file, in: folder.string, pool)
        } catch {
            throw .noSuchFileOrDirectory
        }
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
