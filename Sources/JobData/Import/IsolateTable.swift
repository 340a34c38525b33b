import JSON

/// A table that says of which virus, isolate and segment sequences are.
///
/// Its first line names the columns; tabs, semicolons or commas stand between them.
struct IsolateTable {
    struct Row {
        var virus: String
        var abbreviation = ""
        /// The isolate's name; empty if the table does not say.
        var isolate: String
        var segment: String?
        var isDefault = false
        var line = 0
    }

    private enum Column: String, CaseIterable {
        case id, virus, isolate, segment, abbreviation
        case isDefault = "default"

        /// What it may be called.
        var names: [String] {
            switch self {
            case .id: ["id", "sequence", "sequence_id", "accession"]
            case .virus: ["virus", "virus_name", "name", "organism"]
            case .isolate: ["isolate", "isolate_name", "strain"]
            case .segment: ["segment"]
            case .abbreviation: ["abbreviation"]
            case .isDefault: ["default", "default?", "is_default"]
            }
        }
    }

    private var rows: [ExactText: Row] = [:]

    /// Reads a table.
    ///
    /// - Parameter text: The whole of it.
    /// - Throws: `invalid` for the first thing that is not as it must be, with its line.
    init(_ text: String) throws(DataError) {
        let lines = try DelimitedText.lines(of: text)
        guard let head = lines.first else { throw .invalid(field: "table", message: "is empty") }
        let places = try Self.places(head)
        for (line, cells) in lines.dropFirst() {
            func cell(_ column: Column) -> String {
                guard let place = places[column], place < cells.count else { return "" }
                return String(cells[place][...].trimmingBlanks())
            }
            let (id, virus) = (cell(.id), cell(.virus))
            guard !id.isEmpty, !virus.isEmpty else {
                throw Self.invalid("the \(id.isEmpty ? "id" : "virus") is missing", line)
            }
            let segment = cell(.segment)
            let row = Row(
                virus: virus,
                abbreviation: cell(.abbreviation),
                isolate: cell(.isolate),
                segment: segment.isEmpty ? nil : segment,
                isDefault: try Self.flag(cell(.isDefault), line),
                line: line
            )
            if let other = rows.updateValue(row, forKey: ExactText(id)) {
                throw Self.invalid("'\(id)' has a row already, in line \(other.line)", line)
            }
        }
    }

    /// The row of a sequence, which is taken out.
    mutating func take(_ id: String) -> Row? { rows.removeValue(forKey: ExactText(id)) }

    /// The first row that was not taken.
    var left: (id: String, line: Int)? {
        rows.min { $0.value.line < $1.value.line }.map { ($0.key.text, $0.value.line) }
    }

    private static func places(
        _ head: (line: Int, cells: [String])
    ) throws(DataError) -> [Column: Int] {
        var places: [Column: Int] = [:]
        for (place, name) in head.cells.enumerated() {
            let name = name[...].trimmingBlanks().lowercased()
            guard let column = Column.allCases.first(where: { $0.names.contains(name) }) else {
                continue
            }
            guard places.updateValue(place, forKey: column) == nil else {
                throw invalid("there are two columns for the \(column.rawValue)", head.line)
            }
        }
        for column in [Column.id, .virus] where places[column] == nil {
            throw invalid(
                "there is no column '\(column.rawValue)'; the first line names the columns: id and "
                    + "virus, and if you like isolate, segment, default and abbreviation",
                head.line
            )
        }
        return places
    }

    private static func flag(_ text: String, _ line: Int) throws(DataError) -> Bool {
        switch text.lowercased() {
        case "true", "yes", "y", "1", "x", "default": true
        case "", "false", "no", "n", "0", "-": false
        default: throw invalid("default must be yes or no, not '\(text)'", line)
        }
    }

    static func invalid(_ message: String, _ line: Int) -> DataError {
        .invalid(field: "table", message: "line \(line): \(message)")
    }
}
