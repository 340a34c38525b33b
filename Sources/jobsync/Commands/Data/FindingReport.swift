import JSON
import JobModel
import JobReports

/// The viruses that an analysis found, the verdict on each first.
enum FindingReport {
    /// The rest is counted: nobody reads more of them in a terminal.
    private static let mostRows = 50
    /// So many of the weak ones are named in their line.
    private static let mostNames = 5

    /// The lines, with a blank one before them; none if the document is not of such an analysis.
    static func lines(_ document: JSONObject) -> [String] {
        guard
            document["findings"]?.arrayValue != nil || document["diagnosis"]?.arrayValue != nil
        else { return [] }
        let findings = Finding.all(in: .object(document))
        let weak = findings.filter { $0.verdict == .weak }
        let shown = findings.filter { $0.verdict != .weak }
        var lines = ["", sentence(findings)]
        if !shown.isEmpty {
            var table = Table(columns: columns)
            table.rows = shown.prefix(mostRows).map(row)
            lines += [""] + table.lines(width: nil, hasColour: false)
        }
        if shown.count > mostRows {
            lines.append("and \(Wording.count(shown.count - mostRows)) more (--json)")
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

    private static func row(_ finding: Finding) -> [Table.Cell] {
        let isolate = finding.isolate.isEmpty ? "" : ", \(finding.isolate)"
        return [
            Table.Cell(finding.verdict.rawValue), Table.Cell(finding.name),
            Table.Cell(Wording.decimal(finding.reads)), Table.Cell(Wording.percent(finding.share)),
            Table.Cell(Wording.percent(finding.breadth)),
            Table.Cell(Wording.decimal(finding.depth)), Table.Cell(finding.best + isolate),
            Table.Cell(finding.reasons.joined(separator: "; ")),
        ]
    }

    private static func sentence(_ findings: [Finding]) -> String {
        func count(_ verdict: Finding.Verdict) -> Int {
            findings.count { $0.verdict == verdict }
        }
        let (found, unjudged) = (count(.found), count(.unjudged))
        var parts: [String] = []
        if found > 0 {
            parts.append("\(Wording.count(found, "virus", "viruses")) found")
        } else if unjudged == 0 {
            parts.append("no virus found")
        }
        if unjudged > 0 {
            parts.append("reads of \(Wording.count(unjudged, "virus", "viruses")), not judged")
        }
        if count(.uncertain) > 0 { parts.append("\(Wording.count(count(.uncertain))) uncertain") }
        if count(.weak) > 0 { parts.append("\(Wording.count(count(.weak))) with weak support") }
        return parts.joined(separator: ", ")
    }

    /// What may be another sample's, in one line.
    private static func fold(_ weak: [Finding]) -> String {
        let names = weak.prefix(mostNames).map { finding in
            "\(finding.name) (\(Wording.decimal(finding.reads ?? 0, "read")))"
        }
        let more =
            weak.count > mostNames ? " and \(Wording.count(weak.count - mostNames)) more" : ""
        return
            "\(Wording.count(weak.count, "virus", "viruses")) with weak support, perhaps a contamination "
            + "(--json): \(names.joined(separator: ", "))\(more)".printable
    }

    private static func thresholds(_ thresholds: JSONValue?) -> [String] {
        guard let reads = thresholds?["least_reads"]?.numberValue,
            let weak = thresholds?["weak_breadth"]?.numberValue,
            let found = thresholds?["found_breadth"]?.numberValue
        else { return [] }
        return [
            "",
            "found: at least \(Wording.decimal(reads, "read")) on at least \(Wording.percent(found)) of a sequence; "
                + "weak: fewer reads, or on less than \(Wording.percent(weak))"
                + short(genome: thresholds?["short_genome"]?.countValue),
        ]
    }

    /// What is said of short genomes; nothing of analyses that made no difference.
    private static func short(genome: Int?) -> String {
        guard let genome, genome > 0 else { return "" }
        return
            "; fewer reads that cover a genome of less than \(Wording.count(genome)) bases are uncertain"
    }
}
