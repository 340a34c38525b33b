import Foundation
import GRDB
import JSON
import JobStorage
import Logging
import SystemPackage

/// Where the history stood last, in a file beside the database.
///
/// A database whose write-ahead log was lost, or that was replaced by an older copy, is whole and
/// knows of nothing that is missing. So after each commit its position is written down here too.
/// It is not synced: then it would cost as much as a commit. It survives whatever ends the server;
/// after a power cut it may be some seconds old, and never ahead of the database.
struct HighWaterMark: Sendable {
    /// Always written whole, over what was there; so no older end shows behind it.
    private static let size = 128

    private let file: FileDescriptor
    /// The name of the history that is marked.
    private let epoch: String

    private init(_ file: FileDescriptor, epoch: String) {
        self.file = file
        self.epoch = epoch
    }

    /// Compares a database with its mark, and gives one that is not as it was left a new epoch.
    ///
    /// Whoever was told of changes that are gone then does not go on from there.
    ///
    /// - Parameters:
    ///   - path: The database's file.
    ///   - db: A connection that may write.
    ///   - setAside: Hears of what is missing.
    ///   - logger: Hears that the mark cannot be kept.
    /// - Returns: The mark; nil if there is no room for one.
    /// - Throws: That the database cannot be read or written.
    static func check(
        _ path: String,
        _ db: Database,
        _ setAside: SetAsideList,
        _ logger: Logger
    ) throws -> HighWaterMark? {
        var position = try JobReader.position(in: db)
        let file: FileDescriptor
        do throws(SQLiteStoreError) {
            file = try .openBeside(path + ".mark")
        } catch {
            logger.warning("lost changes will not be noticed: \(error)")
            return nil
        }
        if let last = read(file), last.epoch != position.epoch || last.seq > position.seq {
            if last.seq > 0 {
                let reason =
                    "the store was left at change \(last.seq) of history \(last.epoch) and is at "
                    + "\(position.seq) of \(position.epoch): its write-ahead log was lost, or it "
                    + "is another copy; clients load all jobs anew, and jobs that may have run "
                    + "meanwhile are not started again unless their task is restartable"
                setAside.add(SetAside(.history, last.epoch, because: reason))
            }
            let loss = last.seq > 0 ? LostChanges(seq: position.seq) : nil
            try beginNewHistory(in: db, after: loss)
            position = try JobReader.position(in: db)
        }
        let mark = HighWaterMark(file, epoch: position.epoch)
        mark.raise(to: position.seq)
        return mark
    }

    private static func beginNewHistory(in db: Database, after loss: LostChanges?) throws {
        let epoch = String(UInt64.random(in: .min ... .max), radix: 16)
        try db.inTransaction {
            try db.execute(sql: "UPDATE meta SET epoch = ?", arguments: [epoch])
            if let loss {
                try SettingChange(LostChanges.setting, to: .object(loss.document)).write(to: db)
            }
            return .commit
        }
    }

    /// Writes down where the history stands, once that is durable.
    ///
    /// - Parameter seq: The position of the last change.
    func raise(to seq: Int) {
        var bytes = JSONValue.object(["epoch": .string(epoch), "seq": .integer(seq)]).encoded
        bytes += Array(repeating: UInt8(ascii: " "), count: max(0, Self.size - 1 - bytes.count))
        bytes.append(UInt8(ascii: "\n"))
        // What fails here is told when it matters: at the next start, by a mark that is too low.
        _ = try? file.writeAll(toAbsoluteOffset: 0, bytes)
    }

    func close() { try? file.close() }

    /// What stands in the file; nil if it is new, or damaged.
    private static func read(_ file: FileDescriptor) -> (epoch: String, seq: Int)? {
        guard let content = file.beginning(size),
            let document = try? JSONValue(parsing: content),
            let epoch = document["epoch"]?.stringValue, let seq = document["seq"]?.countValue
        else { return nil }
        return (epoch, seq)
    }
}
