import JSON
import JobModel

/// The contigs that `nuvs` found, each told in a line.
enum ContigReport {
    /// The rest is counted: nobody reads more of them in a terminal.
    private static let mostRows = 50

    /// The lines, with a blank one before each table; none if the document is not of such an analysis.
    ///
    /// What looks like no virus is counted, but for what is near to a known sequence.
    static func lines(_ document: JSONObject) -> [String] {
        guard let contigs = document["contigs"]?.arrayValue else { return [] }
        let others = document["other_contigs"]?.arrayValue ?? []
        let near = others.filter { !["unknown", ""].contains($0.text("verdict")) }
        var lines = ["", "\(Words.count(contigs.count, "contig")) like a virus"]
        if !contigs.isEmpty { lines += table(contigs) }
        if let count = document["other_contig_count"]?.countValue, count > 0 {
            let words = near.isEmpty ? "none of them" : "\(near.count) of them"
            lines += [
                "", "\(Words.count(count, "other contig")), \(words) near to a known sequence",
            ]
        }
        return near.isEmpty ? lines : lines + table(near)
    }

    private static func table(_ contigs: [JSONValue]) -> [String] {
        var table = Table(columns: [
            Table.Column(title: "VERDICT"), Table.Column(title: "CONTIG", isRightAligned: true),
            Table.Column(title: "LENGTH", isRightAligned: true),
            Table.Column(title: "READS", isRightAligned: true),
            Table.Column(title: "DEPTH", isRightAligned: true),
            Table.Column(title: "IDENTITY", isRightAligned: true),
            Table.Column(title: "COVERED", isRightAligned: true), Table.Column(title: "NEAREST"),
        ])
        table.rows = contigs.prefix(mostRows).map { contig in
            let nearest = contig["nearest"]
            return [
                Table.Cell(contig.text("verdict")),
                Table.Cell(contig["index"]?.integerValue.map { "\($0)" } ?? ""),
                Table.Cell(contig["length"]?.integerValue.map { "\($0)" } ?? ""),
                Table.Cell(contig["reads"]?.integerValue.map { "\($0)" } ?? ""),
                Table.Cell(contig["depth"]?.numberValue.map(Wording.short) ?? ""),
                Table.Cell(percentage(nearest?["identity"])),
                Table.Cell(percentage(nearest?["coverage"])), Table.Cell(name(of: nearest)),
            ]
        }
        let more = contigs.count - mostRows
        return [""] + table.lines(width: nil, hasColour: false)
            + (more > 0 ? ["and \(more) more (--json)"] : [])
    }

    private static func percentage(_ share: JSONValue?) -> String {
        share?.numberValue.map(Wording.percent) ?? ""
    }

    private static func name(of nearest: JSONValue?) -> String {
        guard let nearest, !nearest.isNull else { return "nothing known" }
        let virus = nearest["virus"]?.text("name") ?? ""
        let isolate = nearest["isolate"]?.text("name") ?? ""
        return "\(virus), \(isolate) (\(nearest.text("id")))"
    }
}
