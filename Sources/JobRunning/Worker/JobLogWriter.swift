import Glibc
import JobModel
import JobTasks
package import SystemPackage

/// Appends lines to a job's log, each with its time and its stage.
package struct JobLogWriter: ~Copyable {
    /// A tool that writes without end must not fill the disk; what is beyond is left out.
    static let limit = 256 << 20

    /// So much that could not be written is kept, and the tool whose output it is goes on.
    private static let patience = 256 << 10

    /// So much that could not be written is kept at most, of a job that cannot wait for space.
    private static let unwrittenLimit = 4 << 20

    private var file: LineWriter
    private var size: Int
    private var isFull = false

    /// Opens a log, or makes one.
    package init(_ path: FilePath) throws(Errno) {
        file = try LineWriter(path)
        size = Files.size(of: path) ?? 0
    }

    /// Whether something is still to be written.
    package var isBehind: Bool { file.unwritten > 0 }

    /// Whether so much is still to be written that it is time to wait for space.
    package var isFarBehind: Bool { file.unwritten >= Self.patience }

    /// Writes lines down.
    ///
    /// - Parameters:
    ///   - lines: Lines without their ends, with colours if they have some; what else would break or forge a line is left out.
    ///   - stage: In which stage of the job they came; nil outside of all.
    /// - Throws: Why they cannot be written yet; ``flush()`` goes on with them.
    package mutating func append(_ lines: [String], stage: String?) throws(Errno) {
        guard !isFull, file.unwritten < Self.unwrittenLimit else { return try flush() }
        let date = Timestamp.present.description
        // Milliseconds are enough: 2016-08-25T11:48:22.375Z.
        let head = "\(date.prefix(23))Z \(stage.map { $0 + ": " } ?? "")"
        var bytes: [UInt8] = []
        for line in lines {
            bytes.append(contentsOf: head.utf8)
            bytes.append(contentsOf: PlainText.line(line, hasColours: true).utf8)
            bytes.append(UInt8(ascii: "\n"))
        }
        size += bytes.count
        if size > Self.limit {
            isFull = true
            bytes = Array(
                "\(head)the log ends here: it has more than \(Self.limit >> 20) MiB\n".utf8
            )
        }
        file.add(bytes)
        try flush()
    }

    /// Writes what could not be written before.
    ///
    /// - Throws: Why it cannot be written yet.
    package mutating func flush() throws(Errno) { try file.flush() }
}
