import CProcess
import Dispatch
import Glibc
public import JobModel
import JobTasks
import Synchronization
public import SystemPackage

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

/// Reads the logs of jobs, and tells when they grow.
///
/// One watch on the folder serves all readers, and there is none while nobody reads.
public final class JobLogs: Sendable {
    private let folders: DataFolders
    private let watch = Mutex(LogWatch())
    private let queue = DispatchQueue(label: "jobsync.logs")

    /// Takes the folders in which the logs lie.
    ///
    /// - Parameter folders: Where the parts of a job lie.
    public init(folders: DataFolders) {
        self.folders = folders
    }

    /// The size of a job's log in bytes; 0 if it has none.
    public func size(of id: JobID) -> Int { Files.size(of: folders.log(of: id)) ?? 0 }

    /// Reads a part of a job's log.
    ///
    /// - Parameters:
    ///   - id: The job's name; one without a log gives an empty text.
    ///   - offset: Where to begin, in bytes; negative counts from the end. Within a
    ///     character the next one counts, beyond the end the end.
    ///   - limit: The most bytes to read.
    /// - Returns: Whole characters; a character that is not all written yet waits.
    /// - Throws: Why the file cannot be read.
    public func read(
        _ id: JobID,
        from offset: Int,
        limit: Int = 64 << 10
    ) throws(Errno) -> LogExcerpt {
        let file: CInt
        do {
            file = try Files.open(folders.log(of: id), O_RDONLY)
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
        let key = watch.withLock { watch in
            watch.add(continuation, for: folders.log(of: id), on: queue) { [weak self] in
                self?.tellGrowth()
            }
        }
        continuation.onTermination = { [weak self] _ in
            self?.watch.withLock { $0.remove(key) }
        }
        continuation.yield()
        return stream
    }

    private func tellGrowth() {
        for reader in watch.withLock({ $0.readersOfChangedLogs() }) { reader.yield() }
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
