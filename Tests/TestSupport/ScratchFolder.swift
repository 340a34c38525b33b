public import Foundation
import Glibc

/// A folder of a test's own, gone when it is let go of.
///
/// All of a run lie in one folder, which goes with the process. What a run leaves that was killed, or whose
/// workers still wrote while their folder was removed, the next run removes.
public final class ScratchFolder: Sendable {
    /// The folder's name, which holds nothing that would have to be quoted.
    public let path: String

    /// The folder.
    public var url: URL { URL(fileURLWithPath: path, isDirectory: true) }

    /// Makes a folder.
    ///
    /// - Throws: Why it cannot be made.
    public init() throws {
        let name = String(UInt64.random(in: .min ... .max), radix: 36)
        path = try ScratchRoot.shared.get().appending(path: name).path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// The folder of all scratch folders of this process, locked as long as that lives.
private struct ScratchRoot {
    private static let prefix = "jobsync-tests-"

    static let shared = Result { try make() }

    private static func make() throws -> URL {
        let parent = FileManager.default.temporaryDirectory
        removeLeftovers(in: parent)
        let root = parent.appending(path: prefix + UUID().uuidString.lowercased())
        // Locked before it has its name, so that nobody takes it for left over.
        let unnamed = parent.appending(path: "." + root.lastPathComponent)
        try FileManager.default.createDirectory(at: unnamed, withIntermediateDirectories: true)
        guard lock(unnamed) != nil else { throw CocoaError(.fileLocking) }
        try FileManager.default.moveItem(at: unnamed, to: root)
        atexit {
            guard let root = try? ScratchRoot.shared.get() else { return }
            try? FileManager.default.removeItem(at: root)
        }
        return root
    }

    private static func removeLeftovers(in parent: URL) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? []
        for folder in names.filter({ $0.hasPrefix(prefix) }).map({ parent.appending(path: $0) }) {
            guard let lock = lock(folder) else { continue }
            try? FileManager.default.removeItem(at: folder)
            close(lock)
        }
    }

    /// Takes the lock of a folder, for as long as its file is open.
    ///
    /// - Returns: The open file; nil if another process has the lock.
    private static func lock(_ folder: URL) -> CInt? {
        let path = folder.appending(path: "lock").path
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        guard let file = FileHandle(forUpdatingAtPath: path) else { return nil }
        // The handle closes its own with itself, and programs that tests start must not inherit it.
        let copy = fcntl(file.fileDescriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { return nil }
        guard flock(copy, LOCK_EX | LOCK_NB) == 0 else {
            close(copy)
            return nil
        }
        return copy
    }
}
