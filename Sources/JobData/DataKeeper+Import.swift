public import JSON
public import JobModel
import JobRunning
import JobStorage
import JobTasks
import SystemPackage
import Threads

extension DataKeeper {
    /// A part of a reference that somebody brings along.
    public struct ImportPart: Sendable {
        /// The upload that it belongs to; nil for the first part.
        public var upload: String?
        /// The reference's name.
        public var id: String
        /// What people call it; what they did before, or else the id, if nil.
        public var name: String?
        /// Members `viruses`, `sequences`, `history`, `hmm` and `otus`, each a list or missing, and `text` and
        /// `table`, each a piece of a text or missing.
        public var content: JSONObject
        /// Whether nothing follows.
        public var isLast: Bool
        /// Who brings it.
        public var username: String

        /// Describes a part.
        ///
        /// - Parameters:
        ///   - upload: The upload that it belongs to.
        ///   - id: The reference's name.
        ///   - name: What people call it.
        ///   - content: Lists of what is in it.
        ///   - isLast: Whether nothing follows.
        ///   - username: Who brings it.
        public init(
            upload: String?,
            id: String,
            name: String?,
            content: JSONObject,
            isLast: Bool,
            username: String
        ) {
            self.upload = upload
            self.id = id
            self.name = name
            self.content = content
            self.isLast = isLast
            self.username = username
        }
    }

    /// What came of a part.
    public enum ImportAnswer: Sendable {
        /// More is expected, under this name.
        case upload(String)
        /// The reference is here.
        case record(DataRecord)
    }

    /// Takes a part of a reference, and with the last one the reference.
    ///
    /// - Parameter part: What is brought.
    /// - Returns: The upload's name, or the record.
    /// - Throws: `invalid` for what is not as it must be; then what there was before is as it was.
    public func take(_ part: ImportPart) async throws(DataError) -> ImportAnswer {
        guard let key = DataKey(.reference, part.id) else {
            throw .invalid(field: "_id", message: "must be \(DataKey.form)")
        }
        guard part.isLast else {
            let upload = part.upload ?? uploads.begin(key, by: part.username)
            try await collect(part, of: key, in: upload)
            return .upload(upload)
        }
        var name = part.name
        var contents = [part.content]
        if let upload = part.upload {
            try await collect(part, of: key, in: upload)
            name = name ?? uploads.name(of: upload)
            contents = try await readParts(of: upload)
            discard(upload: upload)
        }
        let record = try await importReference(key, name: name, contents, by: part.username)
        return .record(record)
    }

    // MARK: Parts

    private func collect(
        _ part: ImportPart,
        of key: DataKey,
        in upload: String
    ) async throws(DataError) {
        let line = JSONValue.object(part.content).encoded + [UInt8(ascii: "\n")]
        guard let isTooLarge = uploads.add(line.count, part.name, to: upload, key, part.username)
        else {
            throw .noSuchUpload(upload)
        }
        guard !isTooLarge else {
            discard(upload: upload)
            throw .invalid(field: "upload", message: "is larger than \(Uploads.limitWords)")
        }
        for gone in uploads.takeForgotten() { removeFile(of: gone) }
        do throws(Errno) {
            let file = folders.imports.appending(upload)
            try await onDisk(file) { [folders] () throws(Errno) in
                try Files.makeFolder(folders.imports)
                try Files.append(line, to: file)
            }
        } catch {
            throw .disk(message: "the part cannot be kept: \(error.reason)")
        }
    }

    private func readParts(of upload: String) async throws(DataError) -> [JSONObject] {
        let file = folders.imports.appending(upload)
        let parts = await files.complete(in: file.string) {
            Result {
                let bytes = try Files.read(file, limit: 2 * Uploads.limit)
                return try bytes.split(separator: UInt8(ascii: "\n")).map {
                    try JSONValue(parsing: Array($0)).objectValue ?? [:]
                }
            }
        }
        do {
            return try parts.get()
        } catch {
            throw .disk(message: "the parts of the upload cannot be read: \(error)")
        }
    }

    private func discard(upload: String) {
        uploads.end(upload)
        removeFile(of: upload)
    }

    private func removeFile(of upload: String) {
        let file = folders.imports.appending(upload)
        files.start(in: file.string) { try? Files.remove(file) }
    }

    /// Forgets what an earlier server was given part of.
    func discardUploads() { try? Files.remove(folders.imports) }

    // MARK: The reference

    private func importReference(
        _ key: DataKey,
        name: String?,
        _ contents: [JSONObject],
        by username: String
    ) async throws(DataError) -> DataRecord {
        let reference = try await Self.read(contents)
        let before = try await stored(key)
        guard leaving.insert(key).inserted else {
            throw .conflict(key, message: "the \(key) is just being removed or brought along")
        }
        defer { leaving.remove(key) }
        let warnings = await Self.warnings(about: reference)
        var record = DataRecord(
            key: key,
            name: name ?? before?.name ?? key.id,
            username: username,
            created: now(),
            document: [
                "virus_count": .integer(reference.viruses.count),
                "isolate_count": .integer(reference.isolateCount),
                "sequence_count": .integer(reference.sequenceCount),
                "hmm_count": .integer(reference.hmm.count),
                "data_version": .integer((before?.document["data_version"]?.countValue ?? 0) + 1),
            ]
        )
        if !warnings.isEmpty { record.document["warnings"] = .array(warnings) }
        let kept = record
        let bytes = await Self.encode(reference)
        do throws(Errno) {
            let place = folders.place(of: key)
            try await onDisk(place) { () throws(Errno) in
                try Files.makeFolder(place)
                try Files.replace(place.appending("reference.json"), with: bytes)
                let whole = JSONValue.object(kept.whole).encoded
                try Files.replace(place.appending(TaskContext.recordFile), with: whole)
                try Files.sync(place.removingLastComponent(), onlyItself: true)
            }
        } catch {
            throw .disk(message: "\(key.path) cannot be written: \(error.reason)")
        }
        do throws(DataStoreError) {
            try await store.replace(kept)
        } catch {
            throw unavailable(error)
        }
        return kept
    }

    @concurrent
    private static func read(
        _ contents: [JSONObject]
    ) async throws(DataError) -> ReferenceImport {
        try ReferenceImport(contents)
    }

    @concurrent
    private static func warnings(about reference: ReferenceImport) async -> [JSONValue] {
        reference.warnings.map { .string($0) }
    }

    @concurrent
    private static func encode(_ reference: ReferenceImport) async -> [UInt8] {
        JSONValue.object(reference.document).encoded
    }
}
