import JSON

extension ReferenceImport {
    /// Reads FASTA: each record is a virus of one isolate, unless a table says what it is of.
    ///
    /// - Parameters:
    ///   - text: The FASTA.
    ///   - table: The table; nil if there is none.
    /// - Throws: `invalid` for the first thing that is not as it must be, with its line.
    mutating func readFASTA(_ text: String, table: String?) throws(DataError) {
        var rows = try table.map { text throws(DataError) in try IsolateTable(text) }
        var places: [ExactText: Int] = [:]
        for record in try FASTAText.records(in: text) {
            try claim(record.id, at: "text", line: record.line)
            do throws(LettersProblem) {
                try Letters.check(record.letters, of: record.id)
            } catch {
                throw .invalid(field: "text", message: "line \(record.line): \(error.message)")
            }
            let row: IsolateTable.Row
            if rows != nil {
                guard let given = rows?.take(record.id) else {
                    throw .invalid(
                        field: "text",
                        message: "line \(record.line): the table has no row for '\(record.id)'; "
                            + "each sequence needs one"
                    )
                }
                row = given
            } else {
                row = IsolateTable.Row(virus: record.name, isolate: record.id)
            }
            // Without a table, two records of one name are two viruses.
            let key = ExactText(rows == nil ? record.id : row.virus)
            let place = places[key] ?? viruses.count
            places[key] = place
            if place == viruses.count { viruses.append(Self.virus(of: record, row)) }
            try add(record, row, to: place)
        }
        if let (id, line) = rows?.left {
            throw .invalid(
                field: "table",
                message: "line \(line): there is no sequence '\(id)' in the FASTA"
            )
        }
        try chooseDefaults()
    }

    private mutating func claim(_ id: String, at field: String, line: Int) throws(DataError) {
        do throws(DataError) {
            try claim(id, at: field)
        } catch {
            guard case .invalid(_, let message) = error else { throw error }
            throw .invalid(field: field, message: "line \(line): \(message)")
        }
    }

    /// A virus without isolates, called by its first sequence.
    private static func virus(of record: FASTAText.Record, _ row: IsolateTable.Row) -> Virus {
        Virus(
            id: record.id,
            name: row.virus,
            abbreviation: row.abbreviation,
            version: 0,
            lastIndexedVersion: nil,
            unbuilt: 1,
            isolates: []
        )
    }

    /// Adds a sequence to its isolate, which comes into being with its first one.
    private mutating func add(
        _ record: FASTAText.Record,
        _ row: IsolateTable.Row,
        to virus: Int
    ) throws(DataError) {
        // Segments of which nobody says what isolate they are of are those of one.
        let name = row.isolate.isEmpty && row.segment == nil ? record.id : row.isolate
        let sequence = Sequence(
            id: record.id,
            definition: record.definition,
            sequence: String(decoding: record.letters, as: UTF8.self),
            segment: row.segment
        )
        if let isolate = viruses[virus].isolates.firstIndex(where: { $0.name.isExactly(name) }) {
            try checkSegment(of: row, viruses[virus].isolates[isolate])
            viruses[virus].isolates[isolate].sequences.append(sequence)
            if row.isDefault { viruses[virus].isolates[isolate].isDefault = true }
        } else {
            viruses[virus].isolates.append(
                Isolate(id: record.id, name: name, isDefault: row.isDefault, sequences: [sequence])
            )
        }
    }

    /// Refuses a second sequence of one segment: it is of another isolate, which the table does not tell.
    private func checkSegment(of row: IsolateTable.Row, _ isolate: Isolate) throws(DataError) {
        guard let segment = row.segment,
            let other = isolate.sequences.first(where: { $0.segment?.isExactly(segment) == true })
        else { return }
        let which = row.isolate.isEmpty ? "" : " of '\(row.isolate)'"
        throw IsolateTable.invalid(
            "the segment '\(segment)'\(which) of '\(row.virus)' has a sequence already, '\(other.id)'; "
                + "an isolate has one of each segment",
            row.line
        )
    }

    /// Has the first isolate of a virus be the default where the table names none.
    private mutating func chooseDefaults() throws(DataError) {
        for index in viruses.indices {
            let defaults = viruses[index].isolates.filter(\.isDefault)
            guard defaults.count < 2 else {
                let names = defaults.map { "'\($0.name)'" }.joined(separator: " and ")
                throw .invalid(
                    field: "table",
                    message: "one isolate of '\(viruses[index].name)' must be the default, and "
                        + "\(names) are"
                )
            }
            if defaults.isEmpty { viruses[index].isolates[0].isDefault = true }
        }
    }
}
