import JSON

/// Viruses, their isolates and sequences, checked, in the form in which tasks read them.
struct ReferenceImport: Sendable {
    struct Virus: Sendable {
        let id: String
        let name: String
        let abbreviation: String
        let version: Int
        let lastIndexedVersion: Int?
        var unbuilt: Int
        var isolates: [Isolate]
    }

    struct Isolate: Sendable {
        let id: String
        let name: String
        let isDefault: Bool
        var sequences: [Sequence] = []
    }

    struct Sequence: Sendable {
        let id: String
        let definition: String
        let sequence: String
    }

    private(set) var viruses: [Virus] = []
    private(set) var hmm: [JSONValue] = []
    /// Where each isolate is, by its id.
    private var isolates: [ExactText: (virus: Int, isolate: Int)] = [:]
    private var sequenceIDs: Set<ExactText> = []

    var isolateCount: Int { isolates.count }
    var sequenceCount: Int { sequenceIDs.count }

    /// Joins and checks what somebody brought along.
    ///
    /// - Parameter parts: Objects with lists `viruses`, `sequences`, `history` and `hmm`; the lists of
    ///   all follow each other.
    /// - Throws: `invalid` for the first thing that is not as it must be.
    init(_ parts: [JSONObject]) throws(DataError) {
        func list(_ name: String) throws(DataError) -> [JSONValue] {
            var all: [JSONValue] = []
            for part in parts {
                guard let value = part[name], !value.isNull else { continue }
                guard let elements = value.arrayValue else {
                    throw .invalid(field: name, message: "must be a list, not \(value.typeName)")
                }
                all += elements
            }
            return all
        }
        let given = try list("viruses")
        guard !given.isEmpty else {
            throw .invalid(
                field: "viruses",
                message: "is empty: a reference has at least one virus"
            )
        }
        var places: [ExactText: Int] = [:]
        for (index, value) in given.enumerated() {
            let virus = try readVirus(ObjectReader(value, "viruses[\(index)]"))
            guard places.updateValue(index, forKey: ExactText(virus.id)) == nil else {
                throw .invalid(
                    field: "viruses[\(index)]._id",
                    message: "there is another virus '\(virus.id)'"
                )
            }
            viruses.append(virus)
        }
        for (index, value) in try list("sequences").enumerated() {
            try addSequence(ObjectReader(value, "sequences[\(index)]"))
        }
        try checkDefaults()
        let history = try list("history")
        if !history.isEmpty { try countUnbuilt(history, places) }
        for (index, value) in try list("hmm").enumerated() {
            hmm.append(try Self.profile(ObjectReader(value, "hmm[\(index)]")))
        }
    }

    /// The content of `reference.json`.
    var document: JSONObject {
        ["viruses": .array(viruses.map { .object($0.document) }), "hmm": .array(hmm)]
    }

    // MARK: Parts

    private mutating func readVirus(_ reader: ObjectReader) throws(DataError) -> Virus {
        let id = try reader.text("_id")
        let version = try reader.optionalInteger("_version", or: "version") ?? 0
        let indexed = try reader.optionalInteger("last_indexed_version")
        var virus = Virus(
            id: id,
            name: try reader.text("name"),
            abbreviation: try reader.optionalText("abbreviation") ?? "",
            version: version,
            lastIndexedVersion: indexed,
            unbuilt: indexed == version ? 0 : 1,
            isolates: []
        )
        for (index, value) in try reader.list("isolates").enumerated() {
            let isolate = try readIsolate(ObjectReader(value, "\(reader.path).isolates[\(index)]"))
            guard isolates[ExactText(isolate.id)] == nil else {
                throw .invalid(
                    field: "\(reader.path).isolates[\(index)]",
                    message: "there is another isolate '\(isolate.id)'"
                )
            }
            isolates[ExactText(isolate.id)] = (viruses.count, virus.isolates.count)
            virus.isolates.append(isolate)
        }
        let defaults = virus.isolates.count(where: \.isDefault)
        guard defaults == 1 else {
            throw .invalid(
                field: "\(reader.path).isolates",
                message: "one isolate of '\(virus.name)' must be the default, and "
                    + (defaults == 0 ? "none is" : "\(defaults) are")
            )
        }
        return virus
    }

    private func readIsolate(_ reader: ObjectReader) throws(DataError) -> Isolate {
        let id = try reader.text("isolate_id", or: "_id")
        let source = [
            try reader.optionalText("source_type"), try reader.optionalText("source_name"),
        ].compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " ")
        let name = try reader.optionalText("name") ?? (source.isEmpty ? id : source)
        return Isolate(id: id, name: name, isDefault: try reader.optionalFlag("default") ?? false)
    }

    private mutating func addSequence(_ reader: ObjectReader) throws(DataError) {
        let id = try reader.text("_id")
        // It stands in FASTA headers, up to the first blank.
        guard id.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ">") }) else {
            throw .invalid(
                field: "\(reader.path)._id",
                message: "'\(id)' must be of printable ASCII without blanks and '>'"
            )
        }
        let isolate = try reader.text("isolate_id")
        guard let place = isolates[ExactText(isolate)] else {
            throw .invalid(
                field: "\(reader.path).isolate_id",
                message: "no virus has an isolate '\(isolate)'"
            )
        }
        guard sequenceIDs.insert(ExactText(id)).inserted else {
            throw .invalid(
                field: "\(reader.path)._id",
                message: "there is another sequence '\(id)'"
            )
        }
        let sequence = Sequence(
            id: id,
            definition: try reader.optionalText("definition") ?? "",
            sequence: try Self.letters(reader, id)
        )
        viruses[place.virus].isolates[place.isolate].sequences.append(sequence)
    }

    /// The letters of a sequence, upper case and as DNA, for that is what aligners know.
    private static func letters(_ reader: ObjectReader, _ id: String) throws(DataError) -> String {
        let text = try reader.text("sequence")
        var letters: [UInt8] = []
        letters.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            let letter = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") ? byte - 32 : byte
            guard "ACGTUNRYSWKMBDHV".utf8.contains(letter) else {
                throw .invalid(
                    field: "\(reader.path).sequence",
                    message: "'\(id)' holds '\(Character(Unicode.Scalar(byte)))' at position "
                        + "\(letters.count + 1), which is no IUPAC letter for a nucleotide"
                )
            }
            letters.append(letter == UInt8(ascii: "U") ? UInt8(ascii: "T") : letter)
        }
        return String(decoding: letters, as: UTF8.self)
    }

    private func checkDefaults() throws(DataError) {
        for (index, virus) in viruses.enumerated() {
            for isolate in virus.isolates where isolate.isDefault && isolate.sequences.isEmpty {
                throw .invalid(
                    field: "viruses[\(index)]",
                    message:
                        "'\(virus.name)' has no sequence of its default isolate '\(isolate.id)'"
                )
            }
        }
    }

    /// Counts the changes of each virus that are in no index yet.
    private mutating func countUnbuilt(
        _ history: [JSONValue],
        _ places: [ExactText: Int]
    ) throws(DataError) {
        for index in viruses.indices { viruses[index].unbuilt = 0 }
        for (index, value) in history.enumerated() {
            let reader = try ObjectReader(value, "history[\(index)]")
            let virus = try reader.text("entry_id")
            // The history outlives viruses that were removed.
            guard let place = places[ExactText(virus)], reader.isText("index", "unbuilt") else {
                continue
            }
            viruses[place].unbuilt += 1
        }
    }

    private static func profile(_ reader: ObjectReader) throws(DataError) -> JSONValue {
        guard let cluster = try reader.optionalInteger("cluster") else {
            throw .invalid(field: "\(reader.path).cluster", message: "is required")
        }
        return [
            "_id": .string(try reader.text("_id")), "cluster": .integer(cluster),
            "label": .string(try reader.optionalText("label") ?? ""),
        ]
    }
}

extension ReferenceImport.Virus {
    fileprivate var document: JSONObject {
        [
            "_id": .string(id), "name": .string(name), "abbreviation": .string(abbreviation),
            "version": .integer(version),
            "last_indexed_version": lastIndexedVersion.map { .integer($0) } ?? .null,
            "unbuilt": .integer(unbuilt), "isolates": .array(isolates.map { .object($0.document) }),
        ]
    }
}

extension ReferenceImport.Isolate {
    fileprivate var document: JSONObject {
        [
            "_id": .string(id), "name": .string(name), "default": .bool(isDefault),
            "sequences": .array(
                sequences.map {
                    [
                        "_id": .string($0.id), "definition": .string($0.definition),
                        "sequence": .string($0.sequence),
                    ]
                }
            ),
        ]
    }
}

/// Takes an object of an import apart, and names each member that is not as it must be.
private struct ObjectReader {
    let path: String
    private let members: JSONObject

    init(_ value: JSONValue, _ path: String) throws(DataError) {
        guard let members = value.objectValue else {
            throw .invalid(field: path, message: "must be an object, not \(value.typeName)")
        }
        self.members = members
        self.path = path
    }

    private func value(_ name: String) -> JSONValue? {
        guard let value = members[name], !value.isNull else { return nil }
        return value
    }

    func isText(_ name: String, _ text: String) -> Bool { members[name]?.stringValue == text }

    func optionalText(_ name: String) throws(DataError) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.stringValue else { throw mismatch(name, "a string", value) }
        return text
    }

    func text(_ name: String) throws(DataError) -> String {
        guard let text = try optionalText(name) else {
            throw .invalid(field: "\(path).\(name)", message: "is required")
        }
        guard !text.isEmpty else { throw .invalid(field: "\(path).\(name)", message: "is empty") }
        return text
    }

    /// The member, or the one that may stand for it.
    func text(_ name: String, or other: String) throws(DataError) -> String {
        try text(value(name) == nil && value(other) != nil ? other : name)
    }

    /// The member, or the one that may stand for it.
    func optionalInteger(_ name: String, or other: String) throws(DataError) -> Int? {
        try optionalInteger(value(name) == nil ? other : name)
    }

    func optionalInteger(_ name: String) throws(DataError) -> Int? {
        guard let value = value(name) else { return nil }
        guard let number = value.countValue else {
            throw mismatch(name, "a whole number from 0 to \(JSONValue.greatestCount)", value)
        }
        return number
    }

    func optionalFlag(_ name: String) throws(DataError) -> Bool? {
        guard let value = value(name) else { return nil }
        guard let flag = value.boolValue else { throw mismatch(name, "true or false", value) }
        return flag
    }

    func list(_ name: String) throws(DataError) -> [JSONValue] {
        guard let value = value(name) else {
            throw .invalid(field: "\(path).\(name)", message: "is required")
        }
        guard let elements = value.arrayValue else { throw mismatch(name, "a list", value) }
        guard !elements.isEmpty else {
            throw .invalid(field: "\(path).\(name)", message: "is empty")
        }
        return elements
    }

    private func mismatch(_ name: String, _ expected: String, _ value: JSONValue) -> DataError {
        .invalid(field: "\(path).\(name)", message: "must be \(expected), not \(value)")
    }
}
