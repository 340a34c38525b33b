import Foundation
import GRDB
import Glibc
import SystemPackage

/// The store's file before it is opened: looked at without being touched, or made.
struct StoreFile {
    let path: String

    private var walPath: String { path + "-wal" }
    private var sharedMemoryPath: String { path + "-shm" }

    /// Makes sure that the file is there, whole, ours, and of a form that we know.
    ///
    /// - Returns: Which file that is, to be asked after SQLite has opened it: ``isStill(_:)``.
    /// - Throws: What is wrong with it; then it is as it was, and no file was left beside it.
    func prepare() throws(SQLiteStoreError) -> Identity {
        try checkKinds()
        if size(of: path) == 0 {
            try create()
            return try checkHeader()
        }
        let identity = try checkHeader()
        try checkContent()
        return identity
    }

    /// A file, whatever its name is.
    struct Identity: Equatable {
        fileprivate let device: DeviceID
        fileprivate let inode: Inode
    }

    /// Makes sure that the file of this name is the one that was looked at.
    ///
    /// SQLite opens its files by their names, and lends nobody their descriptors. So nothing can keep the owner of
    /// the folder, who alone may write there, from exchanging one meanwhile; but it is noticed before anything
    /// is read from it or written to it for good.
    ///
    /// - Throws: `inaccessible` if it is another one by now.
    func isStill(_ identity: Identity) throws(SQLiteStoreError) {
        do {
            let status = try FilePath(path).stat()
            guard Identity(device: status.deviceID, inode: status.inode) == identity else {
                throw SQLiteStoreError.inaccessible(
                    path: path,
                    detail: "it was exchanged for another file while it was opened"
                )
            }
        } catch let error as SQLiteStoreError {
            throw error
        } catch {
            throw inaccessible(error)
        }
    }

    // MARK: Looking

    /// Makes sure that nothing but regular files have the names that SQLite will open.
    private func checkKinds() throws(SQLiteStoreError) {
        for path in [path, walPath, sharedMemoryPath, path + "-journal"] {
            // The database's name may be that of a link.
            let file = URL(filePath: path).resolvingSymlinksInPath().path
            try SQLiteStoreError.refuse(path, unlessRegular: file)
        }
    }

    /// Reads the first page's header: it says whose file this is, before SQLite is let near it.
    private func checkHeader() throws(SQLiteStoreError) -> Identity {
        let header: [UInt8]
        let identity: Identity
        do {
            // SQLite has no locks on it yet, which closing it would end.
            let file = try FileDescriptor.openRegular(
                path,
                .readOnly,
                [.closeOnExec, .nonBlocking]
            )
            defer { try? file.close() }
            let status = try file.stat()
            identity = Identity(device: status.deviceID, inode: status.inode)
            header = file.beginning(100) ?? []
        } catch let error as SQLiteStoreError {
            throw error
        } catch {
            throw inaccessible(error)
        }
        guard header.count == 100, header.starts(with: "SQLite format 3\0".utf8),
            Self.number(in: header, at: 68) == StoreSchema.applicationID
        else { throw .foreign(path: path) }
        return identity
    }

    private static func number(in header: [UInt8], at offset: Int) -> Int {
        header[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
    }

    /// Has SQLite check the whole file.
    ///
    /// After a clean end there is no write-ahead log, and `immutable` has SQLite read the file
    /// with nothing made beside it. After a crash there is one, which must be read too; then the
    /// index that SQLite makes of it is removed again.
    private func checkContent() throws(SQLiteStoreError) {
        let hasLog = size(of: walPath) > 0
        let hadIndex = FileManager.default.fileExists(atPath: sharedMemoryPath)
        defer {
            if hasLog && !hadIndex { try? FileManager.default.removeItem(atPath: sharedMemoryPath) }
        }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.label = "jobsync.check"
        let format: Int
        let complaint: String?
        do {
            let database = try DatabaseQueue(
                path: hasLog ? path : immutableAddress,
                configuration: configuration
            )
            (format, complaint) = try database.inDatabase { db in
                let format = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
                guard format <= StoreSchema.format else { return (format, nil) }
                return (format, try String.fetchOne(db, sql: "PRAGMA quick_check(1)"))
            }
            try database.close()
        } catch {
            throw storeError(error)
        }
        guard format <= StoreSchema.format else {
            throw .newer(path: path, format: format, known: StoreSchema.format)
        }
        guard complaint == "ok" else {
            // SQLite's complaints may have several lines.
            let detail = (complaint ?? "no answer").split(separator: "\n").joined(separator: ", ")
            throw .damaged(path: path, detail: detail)
        }
    }

    private var immutableAddress: String {
        let escaped = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
        return "file:\(escaped)?immutable=1"
    }

    // MARK: Making

    /// Makes a new file under another name and renames it, so that the file is never half made.
    private func create() throws(SQLiteStoreError) {
        // SQLite would apply the log of a file that is gone to the new one.
        guard size(of: walPath) == 0 else {
            throw .damaged(path: path, detail: "it is missing, but its \(walPath) is there")
        }
        let newPath = path + ".new"
        do {
            for leftover in [newPath, newPath + "-journal", path] {
                if FileManager.default.fileExists(atPath: leftover) {
                    try FileManager.default.removeItem(atPath: leftover)
                }
            }
            let descriptor = try FileDescriptor.open(
                FilePath(newPath),
                .writeOnly,
                options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: [.ownerReadWrite]
            )
            try descriptor.close()
            let database = try DatabaseQueue(path: newPath)
            try StoreSchema.migrator.migrate(database)
            try database.close()
            try FileManager.default.moveItem(atPath: newPath, toPath: path)
            try syncFolder()
        } catch {
            throw inaccessible(error)
        }
    }

    /// Makes the new name durable.
    private func syncFolder() throws {
        let folder = FilePath(path).removingLastComponent()
        let descriptor = try FileDescriptor.open(
            folder.isEmpty ? "." : folder,
            .readOnly,
            options: [.directory, .closeOnExec]
        )
        defer { try? descriptor.close() }
        guard fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }

    // MARK: Errors

    /// Sorts an error out: a file that is damaged is another matter than one we cannot reach.
    func storeError(_ error: any Error) -> SQLiteStoreError {
        guard let error = error as? DatabaseError else { return inaccessible(error) }
        return switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR:
            .damaged(path: path, detail: error.message ?? "\(error.resultCode)")
        default: inaccessible(error)
        }
    }

    private func inaccessible(_ error: any Error) -> SQLiteStoreError {
        let detail =
            switch error {
            case let error as DatabaseError: error.message ?? "\(error.resultCode)"
            case let error as Errno: error.description
            default: (error as NSError).localizedDescription
            }
        return .inaccessible(path: path, detail: detail)
    }

    private func size(of path: String) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? NSNumber)?.intValue ?? 0
    }
}
