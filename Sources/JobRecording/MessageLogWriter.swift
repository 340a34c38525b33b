public import Logging
import SystemPackage

/// Writes a message log; whoever tells it something never waits for the disk.
///
/// What is told goes into a queue of bounded size, and a thread of its own masks and writes it. If the
/// disk cannot follow or fails, the recording ends where it is, the server's log says so, and whatever
/// is told after that is dropped.
public final class MessageLogWriter: Sendable {
    /// How much may wait to be written, in bytes, unless one says otherwise.
    public static let usualRoom = 128 << 20

    private let queue: MessageLogQueue
    private let file: MessageLogFile
    private let logger: Logger

    /// Makes the file, for its owner alone.
    ///
    /// - Parameters:
    ///   - path: Where; nothing may be there.
    ///   - room: How much may wait to be written, in bytes.
    ///   - logger: Is told when the recording ends early.
    /// - Throws: Why the file cannot be made; `Errno.fileExists` if there is one.
    public convenience init(path: String, room: Int = usualRoom, logger: Logger) throws {
        let file = try FileDescriptor.open(
            FilePath(path),
            .writeOnly,
            options: [.create, .exclusiveCreate, .append, .closeOnExec],
            permissions: .ownerReadWrite
        )
        self.init(file, room: room, logger: logger)
    }

    init(_ file: FileDescriptor, room: Int = usualRoom, logger: Logger) {
        self.file = MessageLogFile(file)
        queue = MessageLogQueue(room: room)
        self.logger = logger
    }

    /// Writes the first line; to be called before anything is recorded.
    ///
    /// - Parameter header: What is recorded.
    public func begin(_ header: MessageLogHeader) {
        add(.header(header))
    }

    /// Records an event.
    ///
    /// - Parameters:
    ///   - time: When, counted from the start of the recording.
    ///   - connection: The connection's number.
    ///   - direction: What happened.
    ///   - message: The message as it was sent; what the server sends is JSON.
    public func record(
        _ time: Duration,
        _ connection: Int,
        _ direction: MessageLogEntry.Direction,
        _ message: ArraySlice<UInt8>? = nil
    ) {
        add(.event(time, connection, direction, message))
    }

    /// Writes what is left and closes the file.
    public func finish() async {
        queue.close()
        await write()
        do {
            try await file.close()
        } catch {
            logger.error("the recording may be incomplete: \(error)")
        }
    }

    private func add(_ item: MessageLogQueue.Item) {
        switch queue.add(item) {
        case .taken, .dropped: break
        case .first: Task { await write() }
        case .overflowed: logger.error("the recording ends: the disk is too slow for it")
        }
    }

    private func write() async {
        do {
            try await file.write(queue)
        } catch {
            queue.close()
            logger.error("the recording ends: it cannot be written: \(error)")
        }
    }
}
