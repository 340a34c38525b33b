import JSON
import JobModel

/// The viruses that an analysis found, the verdict on each first.
enum FindingReport {
    /// The rest is counted: nobody reads more of them in a terminal.
    private static let mostRows = 50
    /// So many of the weak ones are named in their line.
    private static let mostNames = 5

    /// The lines, with a blank one before them; none if the document is not of such an analysis.
    static func lines(_ document: JSONObject) -> [String] {
        guard let findings = document["findings"]?.arrayValue else { return [] }
        let weak = findings.filter { $0.text("verdict") == "weak" }
        let shown = findings.filter { $0.text("verdict") != "weak" }
        var lines = ["", sentence(findings)]
        if !shown.isEmpty {
            var table = Table(columns: columns)
            table.rows = shown.prefix(mostRows).map(row)
            lines += [""] + table.lines(width: nil, hasColour: false)
        }
        if shown.count > mostRows {
            lines.append("and \(shown.count - mostRows) more (--json)")
        }
        if !weak.isEmpty { lines += ["", fold(weak)] }
        return lines + thresholds(document["thresholds"])
    }

    private static var columns: [Table.Column] {
        func number(_ title: String) -> Table.Column {
            Table.Column(title: title, isRightAligned: true)
        }
        return [
            Table.Column(title: "VERDICT"), Table.Column(title: "VIRUS"), number("READS"),
            number("OF ALL"), number("COVERED"), number("DEPTH"), Table.Column(title: "SEQUENCE"),
            Table.Column(title: "REASON"),
        ]
    }

    private static func row(_ finding: JSONValue) -> [Table.Cell] {
        let isolate = finding["isolate"]?.text("name") ?? ""
        let reasons = (finding["reasons"]?.arrayValue ?? []).map { $0.text("text") }
        return [
            Table.Cell(finding.text("verdict")), Table.Cell(name(of: finding)),
            Table.Cell(short(finding["reads"])), Table.Cell(percentage(finding["share"])),
            Table.Cell(percentage(finding["breadth"])), Table.Cell(short(finding["depth"])),
            Table.Cell(finding.text("sequence") + (isolate.isEmpty ? "" : ", \(isolate)")),
            Table.Cell(reasons.joined(separator: "; ")),
        ]
    }

    private static func sentence(_ findings: [JSONValue]) -> String {
        func count(_ verdict: String) -> Int {
            findings.count { $0.text("verdict") == verdict }
        }
        let found = count("found")
        var parts = [
            found == 0
                ? "no virus found" : "\(Words.count(found, "virus", "viruses")) found"
        ]
        if count("uncertain") > 0 { parts.append("\(count("uncertain")) uncertain") }
        if count("weak") > 0 { parts.append("\(count("weak")) with weak support") }
        return parts.joined(separator: ", ")
    }

    /// What may be another sample's, in one line.
    private static func fold(_ weak: [JSONValue]) -> String {
        let names = weak.prefix(mostNames).map { finding in
            let reads = finding["reads"]?.numberValue ?? 0
            return "\(name(of: finding)) (\(Wording.short(reads)) \(reads == 1 ? "read" : "reads"))"
        }
        let more = weak.count > mostNames ? " and \(weak.count - mostNames) more" : ""
        return
            "\(Words.count(weak.count, "virus", "viruses")) with weak support, perhaps a contamination "
            + "(--json): \(names.joined(separator: ", "))\(more)".printable
    }

    private static func thresholds(_ thresholds: JSONValue?) -> [String] {
        guard let reads = thresholds?["least_reads"]?.numberValue,
            let weak = thresholds?["weak_breadth"]?.numberValue,
            let found = thresholds?["found_breadth"]?.numberValue
        else { return [] }
        return [
            "",
            "found: at least \(Wording.short(reads)) reads on at least \(Wording.percent(found)) of a sequence; "
                + "weak: fewer reads, or on less than \(Wording.percent(weak))"
                + short(genome: thresholds?["short_genome"]?.countValue),
        ]
    }

    /// What is said of short genomes; nothing of analyses that made no difference.
    private static func short(genome: Int?) -> String {
        guard let genome, genome > 0 else { return "" }
        return "; fewer reads that cover a genome of less than \(genome) bases are uncertain"
    }

    private static func name(of finding: JSONValue) -> String {
        let virus = finding["virus"]
        return [virus?.text("name"), virus?.text("id")].compactMap(\.self).first { !$0.isEmpty }
            ?? ""
    }

    private static func short(_ number: JSONValue?) -> String {
        number?.numberValue.map(Wording.short) ?? ""
    }

    private static func percentage(_ share: JSONValue?) -> String {
        share?.numberValue.map(Wording.percent) ?? ""
    }
}
