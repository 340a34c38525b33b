import Glibc
import JSON
public import JobModel
import JobTasks
public import SystemPackage

/// Where the parts of a job lie below the data folder.
public struct DataFolders: Hashable, Sendable {
    /// The data folder itself, absolute.
    public let data: FilePath

    /// Takes the data folder.
    ///
    /// - Parameter data: The data folder; a relative one is looked for below the current
    ///   folder, for workers run in another one.
    public init(data: FilePath) {
        self.data = data.isAbsolute ? data : Self.currentFolder.pushing(data)
    }

    private static var currentFolder: FilePath {
        guard let text = getcwd(nil, 0) else { return "/" }
        defer { free(text) }
        return FilePath(platformString: text)
    }

    /// Makes the folders that stand for as long as there are servers.
    ///
    /// What a job or a user brings into one of them later is made durable there; that
    /// the folder itself is still there after a loss of power is seen to here, once.
    ///
    /// - Throws: What stands in the way.
    public func make() throws(Errno) {
        for folder in standing { try Files.makeFolder(folder) }
        try Files.sync(logs.removingLastComponent(), onlyItself: true)
        try Files.sync(data, onlyItself: true)
        // Not everybody who may write into the data folder may look at what it stands in.
        try? Files.sync(data.removingLastComponent(), onlyItself: true)
    }

    /// The folders that stand for as long as there are servers, outer ones first.
    package var standing: [FilePath] {
        [data.appending("runs"), data.appending("work"), logs.removingLastComponent(), logs, trash]
            + DataKind.allCases.map { data.appending($0.plural) }
    }

    /// The folder of all logs.
    public var logs: FilePath { data.appending("logs").appending("jobs") }

    /// The folder that holds a job's order, journal and lock until its end is known for good.
    public func run(of id: JobID) -> FilePath { data.appending("runs").appending(id.rawValue) }

    /// The folder in which a job works.
    public func work(of id: JobID) -> FilePath { data.appending("work").appending(id.rawValue) }

    /// What a job said.
    public func log(of id: JobID) -> FilePath { logs.appending(id.rawValue + ".log") }

    /// The folder of what all jobs have kept of their work folders.
    public var outputs: FilePath { data.appending(TaskContext.outputsFolder) }

    /// What a job has kept of its work folder.
    public func outputs(of id: JobID) -> FilePath { outputs.appending(id.rawValue) }

    /// The folder that holds something that is kept.
    public func place(of key: DataKey) -> FilePath {
        data.appending(key.kind.plural).appending(key.id)
    }

    /// The file that says up to when jobs may run that other servers may start as well.
    package var lease: FilePath { data.appending("lease.json") }

    /// The file that says of which history of a store the jobs' logs and outputs are.
    package var history: FilePath { data.appending("history.json") }

    /// What jobs have left behind and is only waiting to be deleted; unlike ``trash``, none of it comes back.
    package var gone: FilePath { data.appending(".gone") }

    /// What is no longer kept, on its way out.
    package var trash: FilePath { data.appending("trash") }

    /// What somebody is bringing along, until all of it is here.
    package var imports: FilePath { data.appending("work").appending(".imports") }

    /// Says what lies in a folder of kept data, as its file `record.json` does.
    ///
    /// - Parameter folder: The folder.
    /// - Returns: The record, or nil if there is none.
    package func record(in folder: FilePath) -> DataRecord? {
        let file = folder.appending(TaskContext.recordFile)
        guard let bytes = try? Files.read(file, limit: 1 << 30),
            let whole = try? JSONValue(parsing: bytes, maximumDepth: 128)
        else { return nil }
        return DataRecord(whole: whole)
    }

    /// Whether what a job has made lies in its place.
    package func isInPlace(_ record: DataRecord) -> Bool {
        guard let found = self.record(in: place(of: record.key)) else { return false }
        return found.key == record.key && found.job == record.job
    }
}
