import JSON

extension ReferenceImport {
    /// Reads viruses as Virtool exports them: each with its isolates, and these with their sequences.
    ///
    /// - Parameters:
    ///   - otus: The viruses.
    ///   - place: Where they stand, for messages.
    /// - Throws: `invalid` for the first thing that is not as it must be.
    mutating func readVirtool(_ otus: [JSONValue], at place: String) throws(DataError) {
        var virusIDs: Set<ExactText> = []
        let accessions = Self.accessionsGivenOnce(in: otus)
        for (index, value) in otus.enumerated() {
            let reader = try ObjectReader(value, "\(place)[\(index)]")
            let id = try reader.text("_id", "id")
            guard virusIDs.insert(ExactText(id)).inserted else {
                throw .invalid(
                    field: "\(reader.path)._id",
                    message: "there is another virus '\(id)'"
                )
            }
            var virus = try Virus(reader, id: id)
            for (index, value) in try reader.list("isolates").enumerated() {
                let path = "\(reader.path).isolates[\(index)]"
                let isolate = try readVirtoolIsolate(ObjectReader(value, path), accessions)
                guard !virus.isolates.contains(where: { $0.id.isExactly(isolate.id) }) else {
                    throw .invalid(
                        field: path,
                        message: "there is another isolate '\(isolate.id)' of '\(virus.name)'"
                    )
                }
                virus.isolates.append(isolate)
            }
            try virus.checkDefault(at: reader.path)
            viruses.append(virus)
        }
    }

    private mutating func readVirtoolIsolate(
        _ reader: ObjectReader,
        _ accessions: Set<ExactText>
    ) throws(DataError) -> Isolate {
        var isolate = try readIsolate(reader)
        for (index, value) in try reader.list("sequences").enumerated() {
            let reader = try ObjectReader(value, "\(reader.path).sequences[\(index)]")
            let accession = try reader.optionalText("accession") ?? ""
            // People know a sequence by its accession; Virtool's own id is letters by chance.
            let member = accessions.contains(ExactText(accession)) ? "accession" : "_id"
            let id = try reader.text(member)
            for name in ["_id", "accession"] {
                guard let text = try reader.optionalText(name), !text.isEmpty,
                    let problem = SequenceIDs.problem(with: text)
                else { continue }
                throw .invalid(field: "\(reader.path).\(name)", message: problem)
            }
            isolate.sequences.append(
                try sequence(id, of: reader, at: "\(reader.path).\(member)")
            )
        }
        return isolate
    }

    private static func accessionsGivenOnce(in otus: [JSONValue]) -> Set<ExactText> {
        var counts: [ExactText: Int] = [:]
        for otu in otus {
            for isolate in otu["isolates"]?.arrayValue ?? [] {
                for sequence in isolate["sequences"]?.arrayValue ?? [] {
                    guard let accession = sequence["accession"]?.stringValue, !accession.isEmpty
                    else { continue }
                    counts[ExactText(accession), default: 0] += 1
                }
            }
        }
        return Set(counts.filter { $0.value == 1 }.keys)
    }
}
