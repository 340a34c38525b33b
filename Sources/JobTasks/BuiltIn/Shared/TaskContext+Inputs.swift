import JSON
import JobModel
import SystemPackage

extension TaskContext {
    /// What the catalogue says of something that the job cannot do without.
    ///
    /// - Parameter kind: What is needed.
    /// - Returns: Its record.
    /// - Throws: That it was removed since the job was made, or was never there.
    func input(_ kind: DataKind) throws(TaskFailure) -> DataRecord {
        guard let record = inputs[kind] else { throw .task("there is no \(kind.rawValue)") }
        try checkFolder(of: record)
        return record
    }

    /// Throws if the files of something that is kept are not there.
    func checkFolder(of record: DataRecord) throws(TaskFailure) {
        guard Files.exists(folder(of: record)) else {
            throw .task("the \(record.key) is gone: there is no folder \(record.key.path)")
        }
    }

    /// Where the files of something that is kept lie.
    func folder(of record: DataRecord) -> FilePath {
        data.appending(record.key.kind.plural).appending(record.key.id)
    }

    /// Makes a folder below the work folder.
    ///
    /// - Parameter name: Its path there.
    /// - Returns: Its path.
    /// - Throws: What stands in the way.
    @discardableResult
    func makeFolder(_ name: String) throws(TaskFailure) -> FilePath {
        let folder = work.pushing(FilePath(name))
        do {
            try Files.makeFolder(folder)
        } catch {
            throw .task("the folder \(name) cannot be made: \(error)")
        }
        return folder
    }

    /// Writes a whole file below the work folder.
    ///
    /// - Parameters:
    ///   - bytes: What is in it.
    ///   - name: Its path there.
    /// - Throws: Why it cannot be written.
    func write(_ bytes: [UInt8], to name: String) throws(TaskFailure) {
        do {
            try Files.write(bytes, to: work.pushing(FilePath(name)))
        } catch {
            throw .cannotWrite(name, error)
        }
    }

    /// The files of a folder with their sizes, as documents list them.
    ///
    /// - Parameter folder: The folder.
    /// - Returns: An array of objects with `name` and `size`, ordered by name.
    /// - Throws: That the folder cannot be read.
    func listing(of folder: FilePath) throws(TaskFailure) -> JSONValue {
        do {
            return .array(
                try Files.names(in: folder).sorted().map { name in
                    let size = Files.size(of: folder.appending(name)) ?? 0
                    return ["name": .string(name), "size": .integer(size)]
                }
            )
        } catch {
            throw .task("the folder \(folder.lastComponent?.string ?? "") cannot be read: \(error)")
        }
    }
}

extension TaskFailure {
    /// A file that the task itself writes cannot be written, for example because the disk is full.
    static func cannotWrite(_ name: String, _ error: Errno) -> TaskFailure {
        .task("\(name) cannot be written: \(error)")
    }
}
