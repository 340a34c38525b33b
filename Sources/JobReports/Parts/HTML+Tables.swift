import JSON

extension HTML {
    /// A table of names and values; what is empty is left out.
    static func facts(_ rows: [(String, HTML)]) -> HTML {
        let lines = rows.filter { !$0.1.markup.isEmpty }.map { name, value -> HTML in
            "<tr><th scope=\"row\">\(name)</th><td>\(value)</td></tr>\n"
        }
        return "<table class=\"facts\"><tbody>\n\(.all(lines))</tbody></table>\n"
    }

    /// A column of a table.
    struct Column {
        let title: String
        var isFigure = false
    }

    static func table(_ columns: [Column], _ rows: [[HTML]]) -> HTML {
        let heads = columns.map { column -> HTML in
            column.isFigure
                ? "<th scope=\"col\" class=\"figure\">\(column.title)</th>"
                : "<th scope=\"col\">\(column.title)</th>"
        }
        let lines = rows.map { row -> HTML in
            let cells = zip(columns, row).map { column, cell -> HTML in
                column.isFigure ? "<td class=\"figure\">\(cell)</td>" : "<td>\(cell)</td>"
            }
            return "<tr>\(.all(cells))</tr>\n"
        }
        return """
            <table><thead><tr>\(.all(heads))</tr></thead><tbody>
            \(.all(lines))</tbody></table>

            """
    }

    /// A sequence's id, with a link to its entry if it is an accession.
    static func sequence(_ id: String) -> HTML {
        guard let accession = Accession(id) else { return "<code>\(id)</code>" }
        return "<a href=\"\(accession.link)\" rel=\"noreferrer noopener\"><code>\(id)</code></a>"
    }

    /// The programs that made something, with their versions.
    static func tools(_ tools: JSONValue?) -> HTML {
        let texts = (tools?.objectValue ?? [:]).map { "\($0.key) \($0.value.stringValue ?? "")" }
        return "\(texts.joined(separator: " · "))"
    }

    /// Lines to sign on.
    static let signature: HTML = """
        <div class="signature"><div>Reviewed by</div><div>Date</div><div>Signature</div></div>

        """
}
