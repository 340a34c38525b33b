import Glibc
public import JobModel
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

    /// The folder of all logs.
    public var logs: FilePath { data.appending("logs").appending("jobs") }

    /// The folder that holds a job's order, journal and lock until its end is known for good.
    public func run(of id: JobID) -> FilePath { data.appending("runs").appending(id.rawValue) }

    /// The folder in which a job works.
    public func work(of id: JobID) -> FilePath { data.appending("work").appending(id.rawValue) }

    /// What a job said.
    public func log(of id: JobID) -> FilePath { logs.appending(id.rawValue + ".log") }
}
