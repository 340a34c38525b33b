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
    private var lines: LineWriter
    /// What is no line yet, in order: what is long needs room for a file of its own first.
    private var waiting: [(entry: JournalEntry, date: Timestamp)] = []
    /// Whether what is written next is to be on the disk before it counts as written.
    private var mustSync = false

    /// Opens a journal, or makes one.
    package init(_ path: FilePath) throws(Errno) {
        self.path = path
        lines = try LineWriter(path)
        lines.reserve(Self.reserve)
        // The last line may be a part only, of a writer that died.
        if (Files.size(of: path) ?? 0) > 0 { lines.add([UInt8(ascii: "\n")]) }
    }

    /// Writes an entry down; the end is on the disk when this returns.
    ///
    /// - Throws: Why it cannot be written yet; ``flush()`` goes on with it.
    package mutating func append(
        _ entry: JournalEntry,
        at date: Timestamp = .present
    ) throws(Errno) {
        waiting.append((entry, date))
        switch entry {
        case .kept, .end: mustSync = true
        case .started, .stage, .progress, .result, .waiting, .notStarted: break
        }
        try flush()
    }

    /// Writes down that something is waited for, before what waits; there is room for it on a full disk too.
    ///
    /// Nobody waits for that: where it cannot be written, it is written later, or not.
    package mutating func tell(_ entry: JournalEntry, at date: Timestamp = .present) {
        guard let text = try? text(of: entry, at: date) else { return }
        lines.add(text + [UInt8(ascii: "\n")])
        try? lines.flush()
        // What it took of the room is to be there for the last word again.
        lines.reserve(Self.reserve)
    }

    /// Whether something is still to be written.
    package var isBehind: Bool { !waiting.isEmpty || lines.unwritten > 0 }

    /// Writes what could not be written before.
    ///
    /// - Throws: Why it cannot be written yet.
    package mutating func flush() throws(Errno) {
        try layOutLines()
        try lines.flush()
        guard mustSync else { return }
        do {
            try lines.sync()
        } catch  where error.isLackOfSpace {
            throw error
        } catch {
            // It is written as far as that can be told; there is nobody who could do better.
        }
        mustSync = false
    }

    /// Makes lines of what waits; what cannot become one for another reason than want of space is dropped.
    private mutating func layOutLines() throws(Errno) {
        while let next = waiting.first {
            do {
                lines.add(try text(of: next.entry, at: next.date) + [UInt8(ascii: "\n")])
            } catch {
                if !error.isLackOfSpace { waiting.removeFirst() }
                throw error
            }
            waiting.removeFirst()
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
