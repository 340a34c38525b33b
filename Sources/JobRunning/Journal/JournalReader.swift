import Glibc
import JSON
package import JobModel
import JobTasks
package import SystemPackage

/// Reads a journal while it grows.
///
/// The last line waits until it is whole. A line that is damaged, or of a kind that
/// this version does not know, is counted and left out. Nothing counts after the end.
package struct JournalReader: Sendable {
    /// An entry and when it was written.
    package struct DatedEntry: Hashable, Sendable {
        package let entry: JournalEntry
        package let date: Timestamp
    }

    /// How many lines could not be read.
    package private(set) var damagedLines = 0
    /// Whether the end was read.
    package private(set) var hasEnded = false

    private let path: FilePath
    private var offset = 0
    private var rest: [UInt8] = []

    /// Makes a reader that stands at a journal's start; the file need not be there yet.
    package init(_ path: FilePath) {
        self.path = path
    }

    /// Reads what came since the last time.
    ///
    /// - Returns: The entries that are whole, in order.
    /// - Throws: Why the file cannot be read; one that is not there is empty.
    package mutating func read() throws(Errno) -> [DatedEntry] {
        let file: CInt
        do {
            file = try Files.open(path, O_RDONLY)
        } catch .noSuchFileOrDirectory {
            return []
        }
        defer { close(file) }
        var entries: [DatedEntry] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while !hasEnded {
            let count = pread(file, &buffer, buffer.count, off_t(offset))
            if count < 0 {
                if errno == EINTR { continue }
                throw Errno(rawValue: errno)
            }
            guard count > 0 else { break }
            offset += count
            rest.append(contentsOf: buffer[..<count])
            takeWholeLines(into: &entries)
        }
        return entries
    }

    private mutating func takeWholeLines(into entries: inout [DatedEntry]) {
        var start = 0
        while !hasEnded, let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = Array(rest[start..<end])
            start = end + 1
            guard !line.isEmpty else { continue }
            guard let value = try? JSONValue(parsing: line), let entry = JournalEntry(line: value),
                let date = value["t"]?.stringValue.flatMap({ Timestamp($0) })
            else {
                damagedLines += 1
                continue
            }
            entries.append(DatedEntry(entry: entry, date: date))
            if case .end = entry { hasEnded = true }
        }
        rest.removeFirst(start)
    }
}
