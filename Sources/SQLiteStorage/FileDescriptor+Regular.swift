import Foundation
import SystemPackage

extension FileDescriptor {
    /// Opens a file beside the database, or makes it, for its owner alone.
    ///
    /// Nothing but a regular file: whatever else is there could hold up the server for ever.
    ///
    /// - Parameter path: The file.
    /// - Returns: The file, open for reading and writing; no job's process gets it.
    /// - Throws: `inaccessible`.
    static func openBeside(_ path: String) throws(SQLiteStoreError) -> FileDescriptor {
        try SQLiteStoreError.refuse(path, unlessRegular: path)
        do {
            return try FileDescriptor.open(
                FilePath(path),
                .readWrite,
                options: [.create, .closeOnExec, .noFollow, .nonBlocking],
                permissions: [.ownerReadWrite]
            )
        } catch {
            throw .inaccessible(path: path, detail: "\(error)")
        }
    }

    /// The file's first bytes, at most so many; nil if they cannot be read.
    func beginning(_ size: Int) -> [UInt8]? {
        let handle = FileHandle(fileDescriptor: rawValue, closeOnDealloc: false)
        guard (try? handle.seek(toOffset: 0)) != nil else { return nil }
        return (try? handle.read(upToCount: size)).map { [UInt8]($0) }
    }
}

extension SQLiteStoreError {
    /// Refuses a path where something stands that is no regular file: a folder, a pipe, a device, a link.
    ///
    /// - Parameters:
    ///   - path: As it is told.
    ///   - file: As it is looked at; nothing may be there.
    /// - Throws: `inaccessible`.
    static func refuse(_ path: String, unlessRegular file: String) throws(SQLiteStoreError) {
        let attributes = try? FileManager.default.attributesOfItem(atPath: file)
        guard let kind = attributes?[.type] as? FileAttributeType, kind != .typeRegular else {
            return
        }
        throw .inaccessible(path: path, detail: "it is no regular file")
    }
}
