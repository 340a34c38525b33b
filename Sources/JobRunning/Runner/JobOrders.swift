import CProcess
import Glibc
import JSON
package import JobModel
import JobTasks
package import SystemPackage

/// What a running job was ordered by the server, in `orders.jsonl` of its run folder.
///
/// A signal is no order: people, shutdowns and service managers send the same ones. So the
/// server writes down what it wants before it sends a signal, and whoever wonders what a
/// signal meant, a worker or a later server, looks here.
package struct JobOrders {
    /// In bytes; a reason is shown in a log, and what is longer is cut.
    private static let maximumReason = 2048
    /// Kept free, so that a job can be cancelled on a full disk too.
    private static let reserve: Int64 = 16 << 10
    private static let limit = 1 << 20

    private let path: FilePath

    /// Takes the run folder.
    package init(in run: FilePath) {
        path = run.appending("orders.jsonl")
    }

    /// Makes the file, with space for an order.
    func prepare() throws(Errno) {
        let file = try Files.openRegular(path, O_WRONLY | O_CREAT)
        defer { close(file) }
        // Not every file system can.
        _ = cprocess_reserve(file, Self.reserve)
    }

    /// Orders the job to be cancelled; the order is on the disk when this returns.
    ///
    /// - Parameters:
    ///   - reason: Who or what wants it.
    ///   - date: When it was ordered.
    /// - Throws: Why it cannot be written.
    package func cancel(reason: String, at date: Timestamp = .present) throws(Errno) {
        try Files.makeWay(for: path)
        let isNew = !Files.exists(path)
        let file = try Files.openRegular(path, O_WRONLY | O_APPEND | O_CREAT)
        defer { close(file) }
        let order: JSONObject = [
            "t": .string(date.description), "order": "cancel",
            "reason": .string(
                String(decoding: reason.utf8.prefix(Self.maximumReason), as: UTF8.self)
            ),
        ]
        // Begins a line of its own, for a server that died may have left a part of one.
        var bytes: [UInt8] = [UInt8(ascii: "\n")]
        bytes.append(json: order)
        bytes.append(UInt8(ascii: "\n"))
        try Files.write(bytes[...], to: file)
        guard fsync(file) == 0 else { throw Errno(rawValue: errno) }
        if isNew { try Files.sync(path.removingLastComponent(), onlyItself: true) }
    }

    /// Whether the job was ordered to be cancelled.
    package var isCancelled: Bool {
        guard let bytes = try? Files.read(path, limit: Self.limit) else { return false }
        return bytes.split(separator: UInt8(ascii: "\n")).contains { line in
            (try? JSONValue(parsing: Array(line)))?["order"]?.stringValue == "cancel"
        }
    }
}
