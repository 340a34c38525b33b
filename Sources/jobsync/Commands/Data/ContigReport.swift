import JSON

/// The contigs that `nuvs` found, each told in a line.
enum ContigReport {
    /// The lines, with a blank one before them; none if an analysis has no contigs.
    static func lines(_ document: JSONObject) -> [String] {
        let contigs = document["contigs"]?.arrayValue ?? []
        guard !contigs.isEmpty else { return [] }
        var table = Table(columns: [
            Table.Column(title: "CONTIG", isRightAligned: true),
            Table.Column(title: "LENGTH", isRightAligned: true),
            Table.Column(title: "DEPTH", isRightAligned: true),
            Table.Column(title: "VERDICT"), Table.Column(title: "IDENTITY", isRightAligned: true),
            Table.Column(title: "COVERED", isRightAligned: true), Table.Column(title: "NEAREST"),
        ])
        table.rows = contigs.map { contig in
            let nearest = contig["nearest"]
            return [
                Table.Cell(contig["index"]?.integerValue.map { "\($0)" } ?? ""),
                Table.Cell(contig["length"]?.integerValue.map { "\($0)" } ?? ""),
                Table.Cell(contig["depth"]?.numberValue.map { "\($0)" } ?? ""),
                Table.Cell(contig.text("verdict")),
                Table.Cell(percentage(nearest?["identity"])),
                Table.Cell(percentage(nearest?["coverage"])), Table.Cell(name(of: nearest)),
            ]
        }
        return [""] + table.lines(width: nil, hasColour: false)
    }

    private static func percentage(_ share: JSONValue?) -> String {
        guard let share = share?.numberValue else { return "" }
        return "\((share * 1000).rounded() / 10) %"
    }

    private static func name(of nearest: JSONValue?) -> String {
        guard let nearest, !nearest.isNull else { return "nothing known" }
        let virus = nearest["virus"]?.text("name") ?? ""
        let isolate = nearest["isolate"]?.text("name") ?? ""
        return "\(virus), \(isolate) (\(nearest.text("id")))"
    }
}
