import Glibc
import JobModel
import JobTasks
package import SystemPackage

/// Appends lines to a job's log, each with its time and its stage.
package struct JobLogWriter: ~Copyable {
    /// A tool that writes without end must not fill the disk; what is beyond is left out.
    static let limit = 256 << 20

    private let file: CInt
    private var size: Int
    private var isFull = false

    /// Opens a log, or makes one.
    package init(_ path: FilePath) throws(Errno) {
        file = try Files.open(path, O_WRONLY | O_APPEND | O_CREAT)
        size = Files.size(of: path) ?? 0
    }

    deinit { close(file) }

    /// Writes lines down.
    ///
    /// - Parameters:
    ///   - lines: Lines without their ends.
    ///   - stage: In which stage of the job they came; nil outside of all.
    /// - Throws: Why they cannot be written.
    package mutating func append(_ lines: [String], stage: String?) throws(Errno) {
        guard !isFull else { return }
        let date = Timestamp.present.description
        // Milliseconds are enough: 2016-08-25T11:48:22.375Z.
        let head = "\(date.prefix(23))Z \(stage.map { $0 + ": " } ?? "")"
        var bytes: [UInt8] = []
        for line in lines {
            bytes.append(contentsOf: head.utf8)
            bytes.append(contentsOf: line.utf8)
            bytes.append(UInt8(ascii: "\n"))
        }
        size += bytes.count
        if size > Self.limit {
            isFull = true
            bytes = Array(
                "\(head)the log ends here: it has more than \(Self.limit >> 20) MiB\n".utf8
            )
        }
        try Files.write(bytes[...], to: file)
    }
}
