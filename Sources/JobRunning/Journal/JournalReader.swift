import Glibc
import JSON
package import JobModel
import JobTasks
package import SystemPackage

/// Reads a journal while it grows.
///
/// The last line waits until it is whole. A line that is damaged, too long, or of a kind that
/// this version does not know, is counted and left out. Nothing counts after the end. What is
/// read never takes more memory than a line and a portion, and no byte is looked at twice,
/// whatever somebody has written there.
package struct JournalReader: Sendable {
    /// The longest line that is read; ours are shorter, but for results that version 0.1 wrote.
    static let maximumLine = 2 << 20
    /// How many bytes are read in one go.
    static let portion = 256 << 10

    /// An entry and when it was written; never later than it was read.
    package struct DatedEntry: Hashable, Sendable {
        package let entry: JournalEntry
        package let date: Timestamp
    }

    /// How many lines could not be read.
    package private(set) var damagedLines = 0
    /// Whether the end was read.
    package private(set) var hasEnded = false

    /// Whether nothing at all was there to read.
    package var isEmpty: Bool { offset == 0 }

    private let path: FilePath
    private var offset = 0
    /// The beginning of a line whose end is not there yet.
    private var rest: [UInt8] = []
    /// Whether the line whose end is not there yet is too long already.
    private var isSkipping = false

    /// Makes a reader that stands at a journal's start; the file need not be there yet.
    package init(_ path: FilePath) {
        self.path = path
    }

    /// Reads all that came since the last time.
    ///
    /// - Returns: The entries that are whole, in order.
    /// - Throws: Why the file cannot be read; one that is not there is empty.
    package mutating func read() throws(Errno) -> [DatedEntry] {
        var entries: [DatedEntry] = []
        while try readPortion(into: &entries) {}
        return entries
    }

    /// Reads some of what came since the last time, so much that nobody else waits for long.
    ///
    /// - Parameter entries: Where the entries that are whole go, in order.
    /// - Returns: Whether there may be more.
    /// - Throws: Why the file cannot be read; one that is not there is empty.
    package mutating func readPortion(into entries: inout [DatedEntry]) throws(Errno) -> Bool {
        guard !hasEnded else { return false }
        let file: CInt
        do {
            file = try Files.openRegular(path, O_RDONLY)
        } catch .noSuchFileOrDirectory {
            return false
        }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: Self.portion)
        while true {
            let count = pread(file, &buffer, buffer.count, off_t(offset))
            if count < 0 {
                if errno == EINTR { continue }
                throw Errno(rawValue: errno)
            }
            offset += count
            take(buffer[..<count], into: &entries)
            return count == buffer.count && !hasEnded
        }
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>, into entries: inout [DatedEntry]) {
        var bytes = bytes
        while !hasEnded, let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
            takeUp(bytes[..<end])
            if !isSkipping, !rest.isEmpty { takeLine(into: &entries) }
            rest.removeAll(keepingCapacity: rest.count < Self.portion)
            isSkipping = false
            bytes = bytes[(end + 1)...]
        }
        if !hasEnded { takeUp(bytes) }
    }

    private mutating func takeUp(_ bytes: ArraySlice<UInt8>) {
        guard !isSkipping else { return }
        guard rest.count + bytes.count <= Self.maximumLine else {
            rest = []
            isSkipping = true
            damagedLines += 1
            return
        }
        rest.append(contentsOf: bytes)
    }

    private mutating func takeLine(into entries: inout [DatedEntry]) {
        let folder = path.removingLastComponent()
        guard let line = LongEntry.line(rest, in: folder), let entry = JournalEntry(line: line),
            let date = line["t"]?.stringValue.flatMap({ Timestamp($0) })
        else {
            damagedLines += 1
            return
        }
        entries.append(DatedEntry(entry: entry, date: min(date, .present)))
        if case .end = entry { hasEnded = true }
    }
}
