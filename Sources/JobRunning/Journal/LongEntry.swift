import Glibc
import JSON
import JobModel
import JobTasks
import SystemPackage

/// A journal's entry that is too long for a line: a file beside the journal, which the line names.
enum LongEntry {
    /// The longest line that is written, in bytes.
    static let maximumLine = 64 << 10
    /// The most that an entry of its own file may have, in bytes.
    private static let maximumFile = 64 << 20
    /// How deep an entry may be nested; less than what stores read again.
    private static let maximumDepth = 64

    /// Puts an entry into a file of its own, durably.
    ///
    /// - Parameters:
    ///   - line: The entry.
    ///   - journal: The journal.
    /// - Returns: The line that stands for it.
    /// - Throws: Why the file cannot be written.
    static func put(_ line: JSONObject, besides journal: FilePath) throws(Errno) -> JSONObject {
        let folder = journal.removingLastComponent()
        var number = Files.size(of: journal) ?? 0
        while Files.exists(folder.appending("entry-\(number).json")) { number += 1 }
        let name = "entry-\(number)"
        let file = try Files.openRegular(
            folder.appending(name + ".json"),
            O_WRONLY | O_CREAT | O_TRUNC
        )
        defer { close(file) }
        do throws(Errno) {
            try Files.write(JSONValue.object(line).encoded[...], to: file)
            guard fsync(file) == 0 else { throw Errno(rawValue: errno) }
        } catch {
            // It takes room where there is none, and the next try takes another name.
            try? Files.remove(folder.appending(name + ".json"))
            throw error
        }
        return ["t": line["t"] ?? .null, "event": "file", "file": .string(name)]
    }

    /// Reads a line, or the file that it names.
    ///
    /// - Parameters:
    ///   - bytes: The line.
    ///   - folder: The journal's folder.
    /// - Returns: The entry; nil if it cannot be read.
    static func line(_ bytes: [UInt8], in folder: FilePath) -> JSONValue? {
        guard let line = try? JSONValue(parsing: bytes, maximumDepth: maximumDepth) else {
            return nil
        }
        guard line["event"] == "file" else { return line }
        // Of the form of an id, so that it leads nowhere else.
        guard let name = line["file"]?.stringValue.flatMap({ JobID($0) }),
            let bytes = try? Files.read(
                folder.appending(name.rawValue + ".json"),
                limit: maximumFile
            )
        else { return nil }
        return try? JSONValue(parsing: bytes, maximumDepth: maximumDepth)
    }
}
