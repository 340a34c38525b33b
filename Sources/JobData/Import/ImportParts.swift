import JSON
import Sequences

/// What somebody brought along, in parts, and the form that it has.
struct ImportParts {
    /// How a reference may be written.
    enum Form {
        /// Lists of viruses, sequences and changes.
        case lists
        /// Virtool's list `otus`, and where it stands.
        case virtool([JSONValue], place: String)
        /// FASTA, and a table that says what its sequences are of.
        case fasta(String, table: String?)
    }

    private(set) var form = Form.lists
    private var parts: [JSONObject]

    /// Joins the parts of each text, and recognizes the form.
    ///
    /// - Parameter parts: What came, in order.
    /// - Throws: `invalid` for what is of no known form, or of two at once.
    init(_ parts: [JSONObject]) throws(DataError) {
        self.parts = parts
        let table = try text("table")
        if let text = try text("text") {
            for name in ["viruses", "sequences", "history", "otus"] where !(try list(name).isEmpty)
            {
                throw .invalid(
                    field: "text",
                    message: "holds a whole reference: the list \(name) cannot be given too"
                )
            }
            try recognize(text, table: table)
        } else {
            let otus = try list("otus")
            if !otus.isEmpty { form = .virtool(otus, place: "otus") }
        }
        guard table != nil else { return }
        guard case .fasta = form else {
            throw .invalid(
                field: "table",
                message: "goes with FASTA; what this is says itself what its sequences are of"
            )
        }
    }

    /// The elements of a list, of all parts.
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

    private func text(_ name: String) throws(DataError) -> String? {
        var whole: String?
        for part in parts {
            guard let value = part[name], !value.isNull else { continue }
            guard let piece = value.stringValue else {
                throw .invalid(field: name, message: "must be a string, not \(value.typeName)")
            }
            whole = (whole ?? "") + piece
        }
        return whole
    }

    private mutating func recognize(_ text: String, table: String?) throws(DataError) {
        if let format = FileFormat(beginning: Array(text.utf8.prefix(FileFormat.tellingBytes))),
            format != .json
        {
            throw .invalid(field: "text", message: "is \(format.rawValue)")
        }
        let start = text.unicodeScalars.first { !$0.properties.isWhitespace && $0 != "\u{FEFF}" }
        switch start {
        case ">": form = .fasta(text, table: table)
        case "{", "[": try readJSON(text)
        case nil: throw .invalid(field: "text", message: "is empty")
        case let other?:
            throw .invalid(
                field: "text",
                message: "must be FASTA, which begins with '>', or a JSON object, which begins "
                    + "with '{', and begins with '\(other)'"
            )
        }
    }

    private mutating func readJSON(_ text: String) throws(DataError) {
        let whole: JSONValue
        do throws(JSONParseError) {
            let bytes = Array(text.utf8)
            whole = try JSONValue(
                parsing: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes[3...]) : bytes
            )
        } catch {
            throw .invalid(field: "text", message: "is not JSON: \(error)")
        }
        guard let members = whole.objectValue else {
            throw .invalid(field: "text", message: "must be an object, not \(whole.typeName)")
        }
        parts = [members] + parts.map { $0.filter { $0.key == "hmm" } }
        if let otus = members["otus"], members["viruses"] == nil {
            guard let list = otus.arrayValue else {
                throw .invalid(field: "otus", message: "must be a list, not \(otus.typeName)")
            }
            guard !list.isEmpty else {
                throw .invalid(
                    field: "otus",
                    message: "is empty: a reference has at least one virus"
                )
            }
            form = .virtool(list, place: "otus")
        } else if members["viruses"] == nil {
            throw .invalid(
                field: "text",
                message: "has neither the list viruses nor, as Virtool exports it, the list otus"
            )
        }
    }
}
