import SystemPackage
import Threads

/// The file of a message log, on a thread of its own, which may wait for the disk.
actor MessageLogFile {
    /// So much is put together for one write, in bytes.
    private static let chunk = 256 << 10

    private let executor = ThreadExecutor(name: "recording")
    private var file: FileDescriptor?
    /// The bytes of whole lines that are written.
    private var size: Int64 = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// Takes over a file that is open.
    init(_ file: FileDescriptor) {
        self.file = file
    }

    deinit {
        try? file?.close()
    }

    /// Writes until the queue is empty.
    ///
    /// - Throws: Why it cannot; then the file ends with a whole line and takes no more.
    func write(_ queue: MessageLogQueue) throws {
        var written: [MessageLogQueue.Item] = []
        while true {
            let items = queue.take(written: written)
            guard !items.isEmpty else { return }
            var bytes: [UInt8] = []
            for item in items {
                bytes += item.line
                if bytes.count >= Self.chunk { try append(&bytes) }
            }
            try append(&bytes)
            written = items
        }
    }

    private func append(_ bytes: inout [UInt8]) throws {
        guard let file else { return }
        do {
            try file.writeAll(bytes)
        } catch {
            // A full disk takes a part of a line.
            try? file.resize(to: size)
            try? close()
            throw error
        }
        size += Int64(bytes.count)
        bytes.removeAll(keepingCapacity: true)
    }

    /// Closes the file; what is written to it after that is dropped.
    func close() throws {
        guard let open = file else { return }
        file = nil
        try open.close()
    }
}
