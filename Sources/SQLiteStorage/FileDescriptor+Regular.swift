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
        let options: OpenOptions = [.create, .closeOnExec, .noFollow, .nonBlocking]
        do {
            return try openRegular(path, .readWrite, options)
        } catch Errno.tooManySymbolicLinkLevels, Errno.isDirectory, Errno.noSuchAddressOrDevice {
            throw .inaccessible(path: path, detail: SQLiteStoreError.noRegularFile)
        } catch let error as SQLiteStoreError {
            throw error
        } catch {
            throw .inaccessible(path: path, detail: "\(error)")
        }
    }

    /// Opens a file and looks at it then: before, it may still be exchanged for something else.
    ///
    /// - Throws: `inaccessible` for what is no regular file, or why it cannot be opened.
    static func openRegular(
        _ path: String,
        _ mode: AccessMode,
        _ options: OpenOptions
    ) throws -> FileDescriptor {
        let file = try FileDescriptor.open(
            FilePath(path),
            mode,
            options: options,
            permissions: [.ownerReadWrite]
        )
        do {
            guard try file.stat().type == .regular else {
                throw SQLiteStoreError.inaccessible(
                    path: path,
                    detail: SQLiteStoreError.noRegularFile
                )
            }
            return file
        } catch {
            try? file.close()
            throw error
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
        throw .inaccessible(path: path, detail: noRegularFile)
    }

    fileprivate static let noRegularFile = "it is no regular file"
}
