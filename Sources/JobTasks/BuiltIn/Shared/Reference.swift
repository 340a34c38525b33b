import JSON
import SystemPackage

/// A reference as its `reference.json` describes it: viruses, their isolates and sequences.
struct Reference {
    struct Virus {
        let id: String
        let name: String
        let abbreviation: String
        let version: Int
        /// The version that was in the last index before the reference came here.
        let lastIndexedVersion: Int?
        /// How many changes were in no index when the reference came here.
        let unbuilt: Int
        let isolates: [Isolate]
    }

    struct Isolate {
        let id: String
        let name: String
        let isDefault: Bool
        let sequences: [Sequence]
    }

    struct Sequence {
        let id: String
        let definition: String
        let sequence: [UInt8]
    }

    /// A family of proteins; the profiles of a file are told by its cluster.
    struct Profile {
        let id: String
        let cluster: Int
        let label: String
    }

    /// The file's name in the folder of a reference, and of an index that was made from one.
    static let file = "reference.json"

    let viruses: [Virus]
    let profiles: [Profile]

    /// Reads a reference.
    ///
    /// - Parameter document: What stands in the file.
    /// - Throws: What is wrong with it.
    init(_ document: JSONValue) throws(ReferenceError) {
        guard let viruses = document["viruses"]?.arrayValue, !viruses.isEmpty else {
            throw ReferenceError(description: "there are no viruses in it")
        }
        self.viruses = try viruses.map { value throws(ReferenceError) in try Virus(value) }
        profiles = (document["hmm"]?.arrayValue ?? []).compactMap { Profile($0) }
        var known: Set<ExactText> = []
        for virus in self.viruses {
            for sequence in virus.isolates.flatMap(\.sequences)
            where !known.insert(ExactText(sequence.id)).inserted {
                throw ReferenceError(description: "two sequences have the id \(sequence.id)")
            }
        }
    }

    /// Reads the reference in a folder.
    init(in folder: FilePath) throws(TaskFailure) {
        do {
            let bytes = try Files.read(
                folder.appending(Self.file),
                limit: 2 << 30,
                followsLink: true
            )
            try self.init(JSONValue(parsing: bytes))
        } catch {
            throw .task("the \(Self.file) of the reference cannot be used: \(error)")
        }
    }
}

/// Why a reference cannot be used.
struct ReferenceError: Error, Hashable, CustomStringConvertible {
    let description: String
}

// MARK: - JSON

extension Reference.Virus {
    init(_ value: JSONValue) throws(ReferenceError) {
        guard let id = value["_id"]?.stringValue, let name = value["name"]?.stringValue,
            let version = value["version"]?.countValue
        else { throw ReferenceError(description: "a virus lacks its _id, name or version") }
        self.id = id
        self.name = name
        self.version = version
        abbreviation = value["abbreviation"]?.stringValue ?? ""
        lastIndexedVersion = value["last_indexed_version"]?.countValue
        unbuilt = value["unbuilt"]?.countValue ?? 0
        isolates = try (value["isolates"]?.arrayValue ?? []).map { isolate throws(ReferenceError) in
            try Reference.Isolate(isolate, of: name)
        }
    }

    /// The sequences that reads are mapped to first.
    var defaultSequences: [Reference.Sequence] {
        isolates.filter(\.isDefault).flatMap(\.sequences)
    }
}

extension Reference.Isolate {
    init(_ value: JSONValue, of virus: String) throws(ReferenceError) {
        guard let id = value["_id"]?.stringValue else {
            throw ReferenceError(description: "an isolate of \(virus) lacks its _id")
        }
        self.id = id
        name = value["name"]?.stringValue ?? ""
        isDefault = value["default"]?.boolValue ?? false
        sequences = try (value["sequences"]?.arrayValue ?? []).map {
            sequence throws(ReferenceError) in
            try Reference.Sequence(sequence, of: virus)
        }
    }
}

extension Reference.Sequence {
    /// Ids and sequences are written into FASTA: neither may hold what would end its line.
    init(_ value: JSONValue, of virus: String) throws(ReferenceError) {
        guard let id = value["_id"]?.stringValue, !id.isEmpty,
            id.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw ReferenceError(
                description: "a sequence of \(virus) lacks an _id of printable signs"
            )
        }
        self.id = id
        definition = value["definition"]?.stringValue ?? ""
        sequence = Array((value["sequence"]?.stringValue ?? "").utf8)
        let isSound = sequence.allSatisfy { (0x61...0x7A).contains($0 | 0x20) }
        guard !sequence.isEmpty, isSound else {
            throw ReferenceError(
                description: sequence.isEmpty
                    ? "the sequence \(id) of \(virus) is empty"
                    : "the sequence \(id) of \(virus) holds something else than letters"
            )
        }
    }

    /// The sequence as two lines of FASTA.
    var fasta: [UInt8] { fasta(named: id) }

    /// The sequence as two lines of FASTA, under another name.
    func fasta(named name: String) -> [UInt8] {
        Array(">\(name)\n".utf8) + sequence + [UInt8(ascii: "\n")]
    }
}

extension Reference.Profile {
    init?(_ value: JSONValue) {
        guard let id = value["_id"]?.stringValue, let cluster = value["cluster"]?.countValue
        else { return nil }
        self.id = id
        self.cluster = cluster
        label = value["label"]?.stringValue ?? ""
    }
}
