/// Why the store's file was not opened; it was left as it was.
public enum SQLiteStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Another server holds the lock beside the file.
    case inUse(path: String, process: Int?)
    /// The file is no database, or one of another program.
    case foreign(path: String)
    /// A later version of this program wrote the file.
    case newer(path: String, format: Int, known: Int)
    /// The file is ours, but what is in it does not hold together.
    case damaged(path: String, detail: String)
    /// The system does not let us open, lock or create it.
    case inaccessible(path: String, detail: String)

    /// A sentence for people, on one line.
    public var description: String {
        switch self {
        case .inUse(let path, let process):
            "another server\(process.map { " (process \($0))" } ?? "") uses this data folder: "
                + "\(path) is locked"
        case .foreign(let path):
            "\(path) is not a Jobsync database; it was left as it is"
        case .newer(let path, let format, let known):
            "\(path) was written by a later version of Jobsync (format \(format), "
                + "this one knows up to \(known)); it was left as it is"
        case .damaged(let path, let detail):
            "\(path) is damaged (\(detail)); it was left as it is"
        case .inaccessible(let path, let detail):
            "cannot open \(path): \(detail)"
        }
    }
}
