import JSON

extension Reference {
    /// A sequence with what it belongs to.
    struct Placed {
        let sequence: Sequence
        let isolate: Isolate
        let virus: Virus
    }

    /// The member of an index's document that says what the index calls its sequences.
    static let namesMember = "names"
    /// That it calls them by their numbers in ``placedSequences``; older ones call them by their ids.
    static let numberNames = JSONValue.string("numbers")

    /// All sequences of all isolates, in the order of the file.
    var placedSequences: [Placed] { viruses.flatMap(\.placedSequences) }
}

extension Reference.Virus {
    /// All sequences of all its isolates.
    var placedSequences: [Reference.Placed] {
        isolates.flatMap { isolate in
            isolate.sequences.map {
                Reference.Placed(sequence: $0, isolate: isolate, virus: self)
            }
        }
    }
}

extension Collection<Reference.Placed> {
    /// The sequences as FASTA, called by their numbers from 0: what an id means to people may mean something
    /// else to a tool.
    var numberedFASTA: [UInt8] {
        enumerated().flatMap { $0.element.sequence.fasta(named: "\($0.offset)") }
    }
}

extension Reference.Virus {
    /// What documents say of a virus.
    var summary: JSONValue {
        [
            "id": .string(id), "name": .string(name), "abbreviation": .string(abbreviation),
            "version": .integer(version),
        ]
    }
}

extension Reference.Isolate {
    /// What documents say of an isolate.
    var summary: JSONValue {
        ["id": .string(id), "name": .string(name), "default": .bool(isDefault)]
    }
}
