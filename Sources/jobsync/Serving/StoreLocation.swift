import Foundation

/// Where a store is.
enum StoreLocation: Hashable, CustomStringConvertible {
    /// An SQLite file, in a data folder or anywhere; an absolute path.
    case file(String)
    /// The URI of a MongoDB, which may hold a password.
    case mongo(String)

    /// Where a server keeps its jobs.
    init(_ settings: ServeSettings) {
        self = settings.mongo.map { .mongo($0) } ?? .file(Self.file(in: settings.data))
    }

    /// Understands what stands on the command line: a URI, a file, or a data folder.
    ///
    /// - Parameters:
    ///   - text: The URI or the path; `mongo` stands for the URI in `JOBSYNC_MONGO`.
    ///   - environment: The process's environment.
    /// - Throws: What is expected instead.
    init(_ text: String, environment: [String: String]) throws(UnusableText) {
        if text == "mongo" {
            guard let uri = environment[ServeSetting.mongo.variable], MongoAddress.isOne(uri) else {
                throw UnusableText(
                    expected: "given with a MongoDB URI in \(ServeSetting.mongo.variable)"
                )
            }
            self = .mongo(uri)
        } else if MongoAddress.isOne(text) {
            self = .mongo(text)
        } else if text.isEmpty || text.contains("://") {
            throw UnusableText(
                expected: "a data folder, an .sqlite file, a mongodb:// URI or mongo"
            )
        } else {
            let path = URL(fileURLWithPath: text).standardizedFileURL.resolvingSymlinksInPath().path
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            let isFile = exists ? !isFolder.boolValue : path.hasSuffix(".sqlite")
            self = .file(isFile ? path : Self.file(in: path))
        }
    }

    /// The store's file in a data folder.
    static func file(in data: String) -> String { data + "/jobs.sqlite" }

    /// The data folder that the store is in, if it is in one.
    var dataFolder: String? {
        guard case .file(let path) = self else { return nil }
        return URL(filePath: path).deletingLastPathComponent().path
    }

    /// For people, without a password.
    var description: String {
        switch self {
        case .file(let path): path
        case .mongo(let uri): "MongoDB at \(MongoAddress.place(in: uri))"
        }
    }
}
