import JSON
import JobModel

extension AnalysisReport {
    /// The contigs, those that nothing known is like first.
    var contigsSection: HTML {
        let all = Contig.all(in: document)
        let like = all.filter(\.isLikeVirus)
        let others = all.filter { !$0.isLikeVirus }
        let found: HTML =
            like.isEmpty
            ? "<p>No contig that looks like a virus was found.</p>\n"
            : .table(Self.columns, like.map(Self.row))
        return """
            <section>
            <h2>Contigs</h2>
            \(found)\(otherContigs(others))</section>

            """
    }

    /// What codes for no protein like a virus's: mostly an unknown host's, but a viroid would be among it.
    private func otherContigs(_ contigs: [Contig]) -> HTML {
        let count = document["other_contig_count"]?.countValue ?? contigs.count
        guard count > 0 else { return .none }
        let told =
            contigs.count < count
            ? "; the longest \(Wording.count(contigs.count)) of them were compared with what is known"
            : ""
        let text = Wording.count(count, "contig")
        return """
            <h3>Other contigs</h3>
            <p class="notice">\(text) without a protein like a virus’s\(told):</p>
            \(.table(Self.columns, contigs.map(Self.row)))
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
            "\(contig.label)", "<span class=\"verdict\">\(contig.verdict)</span>",
            "\(Wording.count(contig.length))",
            "\(contig.reads.map { Wording.count($0) } ?? "")",
            "\(Wording.decimal(contig.depth, places: 2))", nearest,
            "\(Wording.percent(contig.nearest?.identity))",
            "\(Wording.percent(contig.nearest?.coverage))", "\(contig.best?.family ?? "")",
            "\(Wording.scientific(contig.best?.e))",
        ]
    }
}
