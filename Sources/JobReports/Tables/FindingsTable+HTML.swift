import JSON
import JobModel

extension FindingsTable {
    func html(_ layout: Layout) -> String {
        let analysed = rows.count { $0.analysis != nil }
        let found = rows.count { row in row.cells.contains { $0.finding.verdict == "found" } }
        let strayed = rows.reduce(0) { count, row in
            count + row.cells.count { suspect($0, of: row) != nil }
        }
        let statement =
            "\(Wording.count(rows.count, "sample")), \(Wording.count(analysed)) of them analysed; "
            + "\(found == 0 ? "in none" : "in \(Wording.count(found))") of them a virus was found."
        let body: HTML = """
            <header><h1>Samples and viruses</h1>
            <p class="dim">\(Wording.moment(origin.moment.description)), for \(origin.username), by \(origin.program)</p></header>
            <p class="statement">\(statement)</p>
            <p>A cell tells the verdict, how many reads or pairs, which share of the best covered sequence \
            they lie on, and how deep. “None” means that the virus was looked for and not found; an empty cell, that \
            the sample was not analysed, or its analysis is not at hand.</p>
            \(Self.notice(ofStrayed: strayed))\
            <div class="wide">\(layout == .wide ? wide : long)</div>
            """
        return Page.html(title: "Samples and viruses", body)
    }

    private static func notice(ofStrayed count: Int) -> HTML {
        guard count > 0 else { return .none }
        let findings = Wording.count(count, "finding")
        return """
            <p class="notice">\(findings) with a mark like <span class="stray">perhaps strayed from …</span> \
            \(count == 1 ? "has" : "have") at most \(Wording.percent(strayShare)) of the reads that another sample has of the \
            same virus. If both were prepared or sequenced together, that much goes astray between them: whatever \
            the verdict, confirm such a finding by another method before it is reported.</p>

            """
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
                    + columns.map { place in cells[place].map { words($0, of: row) } ?? none }
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
                    [Self.name(of: row), "\(viruses[cell.virus].name)", words(cell, of: row)]
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

    private func words(_ cell: Cell, of row: Row) -> HTML {
        let figures = [
            cell.finding.reads.map { "\(Wording.decimal($0)) reads" },
            cell.finding.breadth.map(Wording.percent),
            cell.finding.depth.map { "\(Wording.decimal($0, places: 2))×" },
        ].compactMap(\.self).joined(separator: ", ")
        let words: HTML = "\(Self.mark(cell.finding.verdict)) \(figures)"
        guard let stray = suspect(cell, of: row) else { return words }
        let share = Wording.percent(stray.share)
        return """
            \(words) <span class="stray">perhaps strayed from \(stray.source.name) \
            <code>\(stray.source.sample.description)</code>, \(share) of its</span>
            """
    }
}
