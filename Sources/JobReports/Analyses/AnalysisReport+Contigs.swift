extension AnalysisReport {
    /// The contigs, those that nothing known is like first.
    var contigsSection: HTML {
        let contigs = Contig.all(in: document)
        guard !contigs.isEmpty else {
            return """
                <section>
                <h2>Contigs</h2>
                <p>No contig that looks like a virus was found.</p>
                </section>

                """
        }
        return """
            <section>
            <h2>Contigs</h2>
            \(.table(Self.columns, contigs.map(Self.row)))</section>

            """
    }

    private static let columns = [
        HTML.Column(title: "Contig", isFigure: true), HTML.Column(title: "Verdict"),
        HTML.Column(title: "Length", isFigure: true), HTML.Column(title: "Reads", isFigure: true),
        HTML.Column(title: "Depth", isFigure: true), HTML.Column(title: "Nearest known sequence"),
        HTML.Column(title: "Identity", isFigure: true),
        HTML.Column(title: "Covered", isFigure: true), HTML.Column(title: "Most like the family"),
        HTML.Column(title: "E-value", isFigure: true),
    ]

    private static func row(_ contig: Contig) -> [HTML] {
        let nearest: HTML
        if let found = contig.nearest {
            nearest = "\(found.virus), \(found.isolate) (\(.sequence(found.id)))"
        } else {
            nearest = contig.verdict.isEmpty ? "not compared" : "nothing known is like it"
        }
        return [
            "\(contig.index)", "<span class=\"verdict\">\(contig.verdict)</span>",
            "\(Figures.count(contig.length))",
            "\(contig.reads.map { Figures.count($0) } ?? "")",
            "\(Figures.decimal(contig.depth, places: 2))", nearest,
            "\(Figures.percent(contig.nearest?.identity))",
            "\(Figures.percent(contig.nearest?.coverage))", "\(contig.best?.family ?? "")",
            "\(contig.best?.e.map { "\($0)" } ?? "")",
        ]
    }
}
