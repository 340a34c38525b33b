import JSON
package import JobModel
import SystemPackage

extension TaskContext {
    /// How many bytes a document may have, as JSON, that stands in a record and in the job's result.
    ///
    /// A line of a journal has at most 2 MiB, and a document of MongoDB 16 MB: there a list of small
    /// numbers takes seven times what it takes as JSON.
    package static let largestDocument = 1 << 20

    /// The member of a document that says which members stand in a file instead, and in which.
    package static let omittedMember = "omitted"

    /// The file in the folder of something kept that has its whole document.
    ///
    /// - Parameter kind: What it is.
    /// - Returns: The file's name.
    package static func documentFile(of kind: DataKind) -> String {
        kind == .analysis ? "analysis.json" : "document.json"
    }

    /// Writes a document that is too large for a record into a file, and leaves its largest members out.
    ///
    /// - Parameters:
    ///   - document: The whole document.
    ///   - key: Whose it is.
    ///   - folder: The folder that will be that thing's.
    /// - Returns: The document as it was if it is small, or else what is left, with the member `omitted`.
    /// - Throws: Why the file cannot be written.
    func reduce(
        _ document: JSONObject,
        of key: DataKey,
        in folder: FilePath
    ) throws(TaskFailure) -> JSONObject {
        let sizes = document.map { ($0.key, $0.value.encoded.count + $0.key.utf8.count + 4) }
        var size = sizes.reduce(2) { $0 + $1.1 }
        guard size > Self.largestDocument else { return document }
        let name = Self.documentFile(of: key.kind)
        do {
            try Files.write(JSONValue.object(document).encoded, to: folder.appending(name))
        } catch {
            throw .cannotWrite(name, error)
        }
        var reduced = document
        var members: JSONObject = [:]
        for (member, bytes) in sizes.sorted(by: { ($1.1, $0.0) < ($0.1, $1.0) })
        where size > Self.largestDocument / 2 {
            let value = reduced.removeValue(forKey: member)
            members[member] =
                (value?.arrayValue?.count ?? value?.objectValue?.count)
                .map { .integer($0) } ?? .null
            size -= bytes
        }
        reduced[Self.omittedMember] = [
            "kind": .string(key.kind.rawValue), "_id": .string(key.id),
            "file": .string("\(key.path)/\(name)"), "members": .object(members),
        ]
        log("the result is large: all of it is in \(key.path)/\(name)")
        return reduced
    }
}
