import JobModel

extension FindingsTable {
    func html(_ layout: Layout) -> String {
        let analysed = rows.count { $0.analysis != nil }
        let found = rows.count { row in row.cells.contains { $0.finding.verdict == "found" } }
        let statement =
            "\(Figures.count(rows.count, "sample")), \(Figures.count(analysed)) of them analysed; "
            + "\(found == 0 ? "in none" : "in \(Figures.count(found))") of them a virus was found."
        let body: HTML = """
            <header><h1>Samples and viruses</h1>
            <p class="dim">\(Figures.moment(origin.moment.description)), for \(origin.username), by \(origin.program)</p></header>
            <p class="statement">\(statement)</p>
            <p>A cell tells the verdict, how many reads or pairs, which share of the best covered sequence \
            they lie on, and how deep. “None” means that the virus was looked for and not found; an empty cell, that \
            the sample was not analysed, or its analysis is not at hand.</p>
            <div class="wide">\(layout == .wide ? wide : long)</div>
            """
        return Page.html(title: "Samples and viruses", body)
    }

    private var wide: HTML {
        let columns = columns
        let titles =
            [HTML.Column(title: "Sample"), HTML.Column(title: "Verdict")]
            + columns.map { HTML.Column(title: viruses[$0].name) }
        return .table(
            titles,
            rows.map { row in
                let cells = Dictionary(row.cells.map { ($0.virus, $0) }) { first, _ in first }
                let none: HTML =
                    row.analysis?.isWhole == true ? "<span class=\"none\">none</span>" : .none
                return [Self.name(of: row), Self.mark(Self.verdict(of: row))]
                    + columns.map { place in cells[place].map(Self.words) ?? none }
            }
        )
    }

    private var long: HTML {
        .table(
            [
                HTML.Column(title: "Sample"), HTML.Column(title: "Virus"),
                HTML.Column(title: "Finding"),
            ],
            rows.flatMap { row -> [[HTML]] in
                guard !row.cells.isEmpty else {
                    return [[Self.name(of: row), .none, Self.mark(Self.verdict(of: row))]]
                }
                return row.cells.map { cell in
                    [Self.name(of: row), "\(viruses[cell.virus].name)", Self.words(cell)]
                }
            }
        )
    }

    private static func name(of row: Row) -> HTML {
        "\(row.sampleName) <code>\(row.sampleID)</code>"
    }

    private static func mark(_ verdict: String) -> HTML {
        let words = verdict.replacing("_", with: " ")
        return "<span class=\"verdict \(verdict)\">\(words)</span>"
    }

    private static func words(_ cell: Cell) -> HTML {
        let figures = [
            cell.finding.reads.map { "\(Figures.decimal($0)) reads" },
            cell.finding.breadth.map(Figures.percent),
            cell.finding.depth.map { "\(Figures.decimal($0, places: 2))×" },
        ].compactMap(\.self).joined(separator: ", ")
        return "\(mark(cell.finding.verdict)) \(figures)"
    }
}
