import JSON
import JobModel
import JobReports

/// The contigs that `nuvs` found, each told in a line.
enum ContigReport {
    /// The rest is counted: nobody reads more of them in a terminal.
    private static let mostRows = 50

    /// The lines, with a blank one before each table; none if the document is not of such an analysis.
    ///
    /// What looks like no virus is counted, but for what is near to a known sequence.
    static func lines(_ document: JSONObject) -> [String] {
        guard document["contigs"]?.arrayValue != nil else { return [] }
        let all = Contig.all(in: .object(document))
        let contigs = all.filter(\.isLikeVirus)
        let near = all.filter { !$0.isLikeVirus && !["unknown", ""].contains($0.verdict) }
        var lines = ["", "\(Wording.count(contigs.count, "contig")) like a virus"]
        if !contigs.isEmpty { lines += table(contigs) }
        if let count = document["other_contig_count"]?.countValue, count > 0 {
            let words = near.isEmpty ? "none of them" : "\(Wording.count(near.count)) of them"
            lines += [
                "", "\(Wording.count(count, "other contig")), \(words) near to a known sequence",
            ]
        }
        return near.isEmpty ? lines : lines + table(near)
    }

    private static func table(_ contigs: [Contig]) -> [String] {
        var table = Table(columns: [
            Table.Column(title: "VERDICT"), Table.Column(title: "CONTIG", isRightAligned: true),
            Table.Column(title: "LENGTH", isRightAligned: true),
            Table.Column(title: "READS", isRightAligned: true),
            Table.Column(title: "DEPTH", isRightAligned: true),
            Table.Column(title: "IDENTITY", isRightAligned: true),
            Table.Column(title: "COVERED", isRightAligned: true), Table.Column(title: "NEAREST"),
        ])
        table.rows = contigs.prefix(mostRows).map { contig in
            [
                Table.Cell(contig.verdict), Table.Cell(contig.label),
                Table.Cell(Wording.count(contig.length)),
                Table.Cell(contig.reads.map { Wording.count($0) } ?? ""),
                Table.Cell(Wording.decimal(contig.depth)),
                Table.Cell(Wording.percent(contig.nearest?.identity)),
                Table.Cell(Wording.percent(contig.nearest?.coverage)),
                Table.Cell(name(of: contig.nearest)),
            ]
        }
        let more = contigs.count - mostRows
        return [""] + table.lines(width: nil, hasColour: false)
            + (more > 0 ? ["and \(Wording.count(more)) more (--json)"] : [])
    }

    private static func name(of nearest: Contig.Nearest?) -> String {
        guard let nearest else { return "nothing known" }
        return "\(nearest.virus), \(nearest.isolate) (\(nearest.id))"
    }
}
