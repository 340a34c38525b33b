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
        var isDefault: Bool
        var sequences: [Sequence] = []
    }

    struct Sequence: Sendable {
        let id: String
        let definition: String
        let sequence: String
        /// Which part of the genome it is, if somebody said so.
        var segment: String?
    }

    var viruses: [Virus] = []
    private(set) var hmm: [JSONValue] = []
    /// Where each isolate of a list of its own is, by its id.
    private var isolates: [ExactText: (virus: Int, isolate: Int)] = [:]
    private var ids = SequenceIDs()

    var isolateCount: Int { viruses.reduce(0) { $0 + $1.isolates.count } }
    var sequenceCount: Int { ids.count }

    /// Joins and checks what somebody brought along, in any of the forms that are known.
    ///
    /// - Parameter parts: Objects with lists `viruses`, `sequences` and `history`, or with the list `otus`, or with
    ///   `text` and `table`, and with the list `hmm`; those of all follow each other.
    /// - Throws: `invalid` for the first thing that is not as it must be.
    init(_ parts: [JSONObject]) throws(DataError) {
        let parts = try ImportParts(parts)
        switch parts.form {
        case .lists: try readLists(parts)
        case .virtool(let otus, let place): try readVirtool(otus, at: place)
        case .fasta(let text, let table): try readFASTA(text, table: table)
        }
        for (index, value) in try parts.list("hmm").enumerated() {
            hmm.append(try Self.profile(ObjectReader(value, "hmm[\(index)]")))
        }
    }

    private mutating func readLists(_ parts: ImportParts) throws(DataError) {
        let given = try parts.list("viruses")
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
        for (index, value) in try parts.list("sequences").enumerated() {
            try addSequence(ObjectReader(value, "sequences[\(index)]"))
        }
        try checkDefaults()
        let history = try parts.list("history")
        if !history.isEmpty { try countUnbuilt(history, places) }
    }

    /// The content of `reference.json`.
    var document: JSONObject {
        ["viruses": .array(viruses.map { .object($0.document) }), "hmm": .array(hmm)]
    }

    // MARK: Parts

    private mutating func readVirus(_ reader: ObjectReader) throws(DataError) -> Virus {
        let id = try reader.text("_id")
        var virus = try Virus(reader, id: id)
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
        try virus.checkDefault(at: reader.path)
        return virus
    }

    func readIsolate(_ reader: ObjectReader) throws(DataError) -> Isolate {
        let id = try reader.text("isolate_id", "_id", "id")
        let source = [
            try reader.optionalText("source_type"), try reader.optionalText("source_name"),
        ].compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " ")
        let name = try reader.optionalText("name") ?? (source.isEmpty ? id : source)
        return Isolate(id: id, name: name, isDefault: try reader.optionalFlag("default") ?? false)
    }

    private mutating func addSequence(_ reader: ObjectReader) throws(DataError) {
        let id = try reader.text("_id")
        if let problem = SequenceIDs.problem(with: id) {
            throw .invalid(field: "\(reader.path)._id", message: problem)
        }
        let isolate = try reader.text("isolate_id")
        guard let place = isolates[ExactText(isolate)] else {
            throw .invalid(
                field: "\(reader.path).isolate_id",
                message: "no virus has an isolate '\(isolate)'"
            )
        }
        let sequence = try sequence(id, of: reader, at: "\(reader.path)._id")
        viruses[place.virus].isolates[place.isolate].sequences.append(sequence)
    }

    /// Takes in a sequence whose id is sound.
    mutating func sequence(
        _ id: String,
        of reader: ObjectReader,
        at place: String
    ) throws(DataError) -> Sequence {
        try claim(id, at: place)
        let text = try reader.text("sequence")
        let sequence: String
        do throws(LettersProblem) {
            sequence = try Letters.normalized(text, of: id)
        } catch {
            throw .invalid(field: "\(reader.path).sequence", message: error.message)
        }
        return Sequence(
            id: id,
            definition: try reader.optionalText("definition") ?? "",
            sequence: sequence,
            segment: try reader.optionalText("segment")
        )
    }

    /// Takes note of a sequence's id.
    mutating func claim(_ id: String, at place: String) throws(DataError) {
        if let other = ids.insert(id) {
            throw .invalid(field: place, message: SequenceIDs.collision(id, other))
        }
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
    /// Throws if there is not exactly one isolate that indexes are made of.
    func checkDefault(at place: String) throws(DataError) {
        let defaults = isolates.count(where: \.isDefault)
        guard defaults != 1 else { return }
        throw .invalid(
            field: "\(place).isolates",
            message: "one isolate of '\(name)' must be the default, and "
                + (defaults == 0 ? "none is" : "\(defaults) are")
        )
    }

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
            "sequences": .array(sequences.map { .object($0.document) }),
        ]
    }
}

extension ReferenceImport.Sequence {
    fileprivate var document: JSONObject {
        var document: JSONObject = [
            "_id": .string(id), "definition": .string(definition), "sequence": .string(sequence),
        ]
        document["segment"] = segment.map { .string($0) }
        return document
    }
}

extension ReferenceImport.Virus {
    /// Reads a virus without its isolates, of whichever form.
    init(_ reader: ObjectReader, id: String) throws(DataError) {
        let version = try reader.optionalInteger("_version", or: "version") ?? 0
        let indexed = try reader.optionalInteger("last_indexed_version")
        self.init(
            id: id,
            name: try reader.text("name"),
            abbreviation: try reader.optionalText("abbreviation") ?? "",
            version: version,
            lastIndexedVersion: indexed,
            unbuilt: indexed == version ? 0 : 1,
            isolates: []
        )
    }
}
