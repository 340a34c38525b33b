package import JSON
package import JobModel
package import SystemPackage

extension TaskContext {
    /// The file in each folder of kept data that says what it is and which job made it.
    package static let recordFile = "record.json"

    /// Puts what the job has made into its place in the data folder.
    ///
    /// One rename does it, and is the point of no return: a job that is stopped or
    /// dies before has left nothing, one that is told to stop after it is complete all
    /// the same. The journal names the record before, so that the server can
    /// tell the catalogue even if nobody is left to tell the server.
    ///
    /// - Parameters:
    ///   - key: What it is, and its name.
    ///   - name: What people call it.
    ///   - uses: What it was made from and cannot do without.
    ///   - document: What is known of it; becomes the job's result. A large one goes into a file.
    ///   - folder: Where it lies, below the work folder.
    /// - Throws: That the name is taken, the job shall stop, or the disk refuses.
    package func publish(
        _ key: DataKey,
        name: String,
        uses: [DataKey] = [],
        document: JSONObject,
        folder: FilePath
    ) throws(TaskFailure) {
        let document = try reduce(document, of: key, in: folder)
        let record = DataRecord(
            key: key,
            name: name,
            uses: uses,
            job: id,
            username: username,
            created: .present,
            document: document
        )
        let place = data.appending(key.kind.plural).appending(key.id)
        try checkPlaceIsFree(key)
        try checkStopping()
        do {
            let file = folder.appending(Self.recordFile)
            try untilItWorks("the \(key) cannot be moved to \(key.path)") {
                try Files.write(JSONValue.object(record.whole).encoded, to: file)
                try Files.makeFolder(place.removingLastComponent())
                try Files.sync(folder)
            }
            guard keep(record) else { throw TaskFailure.stopped }
            try untilItWorks("the \(key) cannot be moved to \(key.path)") {
                try Files.move(folder, to: place)
            }
            published = record
            try Files.sync(place.removingLastComponent(), onlyItself: true)
        } catch let error as TaskFailure {
            throw error
        } catch Errno.fileExists, Errno.directoryNotEmpty {
            throw Self.isTaken(key)
        } catch  where published == nil {
            throw .task("the \(key) cannot be moved to \(key.path): \(error)")
        } catch {
            log("the folder of \(key.path) cannot be synchronized: \(error)")
        }
        result = .object(document)
        log("the \(key.kind.rawValue) stands in \(key.path)")
    }

    /// Refuses early what could not be published.
    ///
    /// - Parameter key: What the job is going to make.
    /// - Throws: That there is one of that name already.
    package func checkPlaceIsFree(_ key: DataKey) throws(TaskFailure) {
        guard !Files.exists(data.appending(key.kind.plural).appending(key.id)) else {
            throw Self.isTaken(key)
        }
    }

    private static func isTaken(_ key: DataKey) -> TaskFailure {
        .task("there is \(key.kind.article) \(key) already; remove it or choose another _id")
    }
}

extension DataKind {
    /// The word that stands before one of them.
    fileprivate var article: String {
        switch self {
        case .index, .analysis: "an"
        case .host, .reference, .sample: "a"
        }
    }
}
