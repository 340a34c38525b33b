import Foundation
import Glibc
import SystemPackage

/// Keeps other servers from a store, by an advisory lock on a file beside it.
///
/// SQLite's own locks would let two servers take turns in one file, and both would schedule. The
/// lock ends with the process, however it ends; the file itself stays, because removing it would
/// let two servers hold locks on two files of one name.
public struct StoreLock: Sendable {
    private let descriptor: FileDescriptor

    /// Takes the lock of a store.
    ///
    /// - Parameter path: The store's file.
    /// - Throws: `inUse` if it is taken, `inaccessible` if the lock file cannot be written.
    public init(besides path: String) throws(SQLiteStoreError) {
        let lockPath = path + ".lock"
        // Closed on exec: a job's process must not hold the lock when the server is gone.
        descriptor = try .openBeside(lockPath)
        guard Self.take(descriptor) else {
            let holder = Self.holder(in: descriptor)
            try? descriptor.close()
            throw .inUse(path: path, process: holder)
        }
        // Only for the message above in another server; the lock holds without it.
        try? descriptor.resize(to: 0)
        _ = try? descriptor.writeAll(toAbsoluteOffset: 0, "\(getpid())\n".utf8)
    }

    /// Takes the lock if it is free, or becomes so within a second.
    ///
    /// A server that has just been killed while it started a worker lives on in that child until the
    /// child becomes another program; so an answer at once could be a false alarm.
    private static func take(_ descriptor: FileDescriptor) -> Bool {
        for _ in 0..<50 {
            if flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 { return true }
            usleep(20_000)
        }
        return false
    }

    /// Gives the lock back.
    public func release() {
        try? descriptor.close()
    }

    private static func holder(in lock: FileDescriptor) -> Int? {
        let content = lock.beginning(32) ?? []
        return Int(String(decoding: content, as: UTF8.self).prefix { $0.isNumber })
    }
}
