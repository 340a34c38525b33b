import JSON
import Sequences

/// FASTA of nucleotides, as somebody brings it along.
enum FASTAText {
    struct Record {
        /// The header's line, counted from 1.
        let line: Int
        /// The header up to the first blank.
        let id: String
        /// What follows in the header.
        let definition: String
        /// The sequence, in upper case and as DNA.
        var letters: [UInt8] = []

        /// What it is of: its definition up to the first comma, or its id.
        var name: String {
            let name = definition.prefix { $0 != "," }.trimmingBlanks()
            return name.isEmpty ? id : String(name)
        }
    }

    /// Reads all records.
    ///
    /// - Parameter text: The FASTA.
    /// - Returns: The records, none of them empty.
    /// - Throws: `invalid` for what is not FASTA, with its line.
    static func records(in text: String) throws(DataError) -> [Record] {
        var records: [Record] = []
        for (index, line) in text.utf8.split(
            separator: UInt8(ascii: "\n"),
            omittingEmptySubsequences: false
        ).enumerated() {
            var line = line
            while let last = line.last, isBlank(last) { line.removeLast() }
            if index == 0, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
            guard let first = line.first else { continue }
            if first == UInt8(ascii: ">") {
                try checkIsNotEmpty(records.last)
                records.append(try record(line.dropFirst(), line: index + 1))
            } else {
                guard !records.isEmpty else {
                    throw invalid("a FASTA file begins with a header, '>' and a name", index + 1)
                }
                try add(line, to: &records[records.count - 1], line: index + 1)
            }
        }
        try checkIsNotEmpty(records.last)
        return records
    }

    private static func record(_ header: Substring.UTF8View, line: Int) throws(DataError) -> Record
    {
        let header = String(Substring(header))
        let id = String(header.prefix { !$0.isWhitespace })
        guard !id.isEmpty else {
            throw invalid("the header has no id; it stands right behind the '>'", line)
        }
        if let problem = SequenceIDs.problem(with: id) { throw invalid(problem, line) }
        let definition = header.dropFirst(id.count).trimmingBlanks()
        return Record(line: line, id: id, definition: String(definition))
    }

    private static func add(
        _ line: Substring.UTF8View,
        to record: inout Record,
        line number: Int
    ) throws(DataError) {
        for (index, byte) in line.enumerated() {
            guard let letter = Nucleotides.normalized(byte) else {
                throw invalid(
                    LettersProblem.letter(byte, of: record.id, at: "position \(index + 1)").message,
                    number
                )
            }
            record.letters.append(letter)
        }
    }

    private static func checkIsNotEmpty(_ record: Record?) throws(DataError) {
        guard let record, record.letters.isEmpty else { return }
        throw invalid("the sequence '\(record.id)' is empty", record.line)
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }

    private static func invalid(_ message: String, _ line: Int) -> DataError {
        .invalid(field: "text", message: "line \(line): \(message)")
    }
}

extension Substring {
    /// Without blanks at its ends.
    func trimmingBlanks() -> Substring {
        var text = drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
