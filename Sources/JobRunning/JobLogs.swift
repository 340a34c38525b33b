public import JobModel
import JobTasks
public import SystemPackage
import Threads

/// A part of a job's log.
public struct LogExcerpt: Hashable, Sendable {
    /// Where the text begins, in bytes from the start of the log.
    public let offset: Int
    /// Whole characters, at most as many bytes as were asked for.
    public let text: String
    /// Where the next part begins; not always the text's length further on, for what is
    /// no UTF-8 is replaced.
    public let end: Int
    /// The size of the whole log in bytes when it was read.
    public let size: Int

    /// Makes an excerpt.
    ///
    /// - Parameters:
    ///   - offset: Where the text begins, in bytes from the start of the log.
    ///   - text: Whole characters.
    ///   - end: Where the next part begins; the text's length further on if nil.
    ///   - size: The size of the whole log in bytes.
    public init(offset: Int, text: String, end: Int? = nil, size: Int) {
        self.offset = offset
        self.text = text
        self.end = end ?? offset + text.utf8.count
        self.size = size
    }
}

/// Reads the logs of jobs, and tells when they grow; no caller's thread touches a file.
///
/// One watch on the folder serves all readers, and there is none while nobody reads. A log whose file
/// system hangs holds a thread of a pool, and whoever asks for it hears of it after a while.
public final class JobLogs: Sendable {
    /// So many logs may be read at once, those that hang among them.
    private static let threads = 16

    private let folders: DataFolders
    private let watch: LogWatch
    private let pool = BlockingPool(threads: JobLogs.threads, name: "logs")

    /// Takes the folders in which the logs lie.
    ///
    /// - Parameter folders: Where the parts of a job lie.
    public init(folders: DataFolders) {
        self.folders = folders
        watch = LogWatch(folder: folders.logs)
    }

    /// The size of a job's log in bytes; 0 if it has none, nil if its file system does not answer.
    public func size(of id: JobID) async -> Int? {
        let path = folders.log(of: id)
        return await pool.run(in: path.string) { Files.size(of: path) ?? 0 }
    }

    /// Reads a part of a job's log.
    ///
    /// - Parameters:
    ///   - id: The job's name; one without a log gives an empty text.
    ///   - offset: Where to begin, in bytes; negative counts from the end. Within a
    ///     character the next one counts, beyond the end the end.
    ///   - limit: The most bytes to read.
    /// - Returns: Whole characters; a character that is not all written yet waits.
    /// - Throws: Why the file cannot be read; `ETIMEDOUT` if its file system does not answer.
    public func read(
        _ id: JobID,
        from offset: Int,
        limit: Int = 64 << 10
    ) async throws(Errno) -> LogExcerpt {
        let file = LogFile(path: folders.log(of: id))
        let excerpt = await pool.run(in: file.path.string) {
            Result { () throws(Errno) in try file.read(from: offset, limit: limit) }
        }
        guard let excerpt else { throw .timedOut }
        return try excerpt.get()
    }

    /// Opens a job's log, as long as it is now, to be handed out whole.
    ///
    /// - Parameter id: The job's name.
    /// - Returns: The open file; nil if the job has no log.
    /// - Throws: Why it cannot be opened; `ETIMEDOUT` if its file system does not answer.
    public func open(_ id: JobID) async throws(Errno) -> OpenFile? {
        let (path, pool) = (folders.log(of: id), pool)
        let file = await pool.run(in: path.string) {
            Result { () throws(Errno) in try LogFile(path: path).open(in: pool) }
        }
        guard let file else { throw .timedOut }
        return try file.get()
    }

    /// Tells each time when a job's log has grown; at most one word waits to be heard.
    ///
    /// The first word comes at once, so that what was written before is not missed.
    ///
    /// - Parameter id: The job's name; its log need not be there yet.
    /// - Returns: A stream that ends when it is dropped or its task is cancelled.
    public func growth(of id: JobID) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(
            bufferingPolicy: .bufferingNewest(1)
        )
        let key = watch.add(continuation, for: id)
        continuation.onTermination = { [weak self] _ in self?.watch.remove(key) }
        continuation.yield()
        return stream
    }
}

/// Where whole characters begin and end in bytes that were cut anywhere.
enum WholeCharacters {
    static func range(in bytes: [UInt8]) -> Range<Int> {
        // What is left of a character that was cut has at most three bytes; more is no text.
        let start =
            bytes.prefix(4).firstIndex { $0 & 0xC0 != 0x80 } ?? (bytes.count < 4 ? bytes.count : 0)
        guard let lead = bytes.suffix(4).lastIndex(where: { $0 & 0xC0 != 0x80 }), lead >= start
        else { return start..<bytes.count }
        let length =
            switch bytes[lead] {
            case 0xC0..<0xE0: 2
            case 0xE0..<0xF0: 3
            case 0xF0...: 4
            default: 1
            }
        return start..<(lead + length > bytes.count ? lead : bytes.count)
    }
}
