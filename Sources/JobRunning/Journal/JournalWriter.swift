import CProcess
import Glibc
import JSON
package import JobModel
import JobTasks
package import SystemPackage

/// Appends to a job's journal; each entry is one line and one write.
///
/// A line has at most 64 KiB. What is longer is put into a file of its own, which the line names;
/// but an end says less instead, for it must find room on a full disk.
package struct JournalWriter: ~Copyable {
    /// Kept free for the last word, so that it can be written on a full disk too.
    private static let reserve: Int64 = 64 << 10

    private let path: FilePath
    private let file: CInt
    /// Whether the last line may be a part only: written on a full disk, or by a writer that died.
    private var mayBeTorn: Bool

    /// Opens a journal, or makes one.
    package init(_ path: FilePath) throws(Errno) {
        self.path = path
        file = try Files.open(path, O_WRONLY | O_APPEND | O_CREAT)
        // Not every file system can; then a full disk is told as far as it goes.
        _ = cprocess_reserve(file, Self.reserve)
        mayBeTorn = (Files.size(of: path) ?? 0) > 0
    }

    deinit { close(file) }

    /// Writes an entry down; the end is on the disk when this returns.
    package mutating func append(
        _ entry: JournalEntry,
        at date: Timestamp = .present
    ) throws(Errno) {
        var line: [UInt8] = mayBeTorn ? [UInt8(ascii: "\n")] : []
        line.append(contentsOf: try text(of: entry, at: date))
        line.append(UInt8(ascii: "\n"))
        mayBeTorn = true
        try Files.write(line[...], to: file)
        mayBeTorn = false
        switch entry {
        case .kept, .end: fsync(file)
        case .started, .stage, .progress, .result: break
        }
    }

    private func text(of entry: JournalEntry, at date: Timestamp) throws(Errno) -> [UInt8] {
        let line = entry.line(at: date)
        let text = JSONValue.object(line).encoded
        guard text.count > LongEntry.maximumLine else { return text }
        guard case .end(let end) = entry else {
            return JSONValue.object(try LongEntry.put(line, besides: path)).encoded
        }
        return JSONValue.object(JournalEntry.end(end.shortened).line(at: date)).encoded
    }
}
