import JSON
import JobModel

extension AnalysisReport {
    /// A row for each finding; one that says so where there is none.
    var tsv: String {
        switch kind {
        case .viruses: findingsTable
        case .contigs: contigsTable
        case .other: otherTable
        }
    }

    private var findingsTable: String {
        var table = TSV(
            Self.rowHeadColumns + [
                "verdict", "virus_id", "virus", "abbreviation", "reads", "share", "breadth",
                "depth", "sequence_id", "accession", "isolate", "reasons",
            ]
        )
        let findings = Finding.all(in: document)
        for finding in findings {
            table.add(
                rowHead + [
                    .text(finding.verdict.rawValue), .text(finding.id), .text(finding.name),
                    .text(finding.abbreviation), Cell(finding.reads), Cell(finding.share),
                    Cell(finding.breadth), Cell(finding.depth), .text(finding.best),
                    .text(Accession(finding.best)?.description ?? ""), .text(finding.isolate),
                    .text(finding.reasons.joined(separator: "; ")),
                ]
            )
        }
        if findings.isEmpty { table.add(nothing("no virus was found", cells: 12)) }
        return table.text
    }

    private var contigsTable: String {
        var table = TSV(
            Self.rowHeadColumns + [
                "verdict", "contig", "length", "reads", "depth", "nearest_id", "accession",
                "nearest_virus", "nearest_isolate", "identity", "covered", "frames", "family",
                "family_e", "family_score", "viral_protein",
            ]
        )
        let contigs = Contig.all(in: document)
        if !contigs.contains(where: \.isLikeVirus) { table.add(nothing("", cells: 16)) }
        for contig in contigs {
            table.add(
                rowHead + [
                    .text(contig.verdict.isEmpty ? "unjudged" : contig.verdict),
                    .text(contig.label), .integer(contig.length), Cell(contig.reads),
                    Cell(contig.depth), .text(contig.nearest?.id ?? ""),
                    .text(contig.nearest.flatMap { Accession($0.id) }?.description ?? ""),
                    .text(contig.nearest?.virus ?? ""), .text(contig.nearest?.isolate ?? ""),
                    Cell(contig.nearest?.identity), Cell(contig.nearest?.coverage),
                    .integer(contig.frames), .text(contig.best?.family ?? ""),
                    Cell(contig.best?.e), Cell(contig.best?.score),
                    .text(contig.isLikeVirus ? "yes" : "no"),
                ]
            )
        }
        return table.text
    }

    /// The row that says that nothing was found.
    private func nothing(_ reason: String, cells: Int) -> [Cell] {
        rowHead + [.text("none")] + [Cell](repeating: .empty, count: cells - 2) + [.text(reason)]
    }

    private var otherTable: String {
        var table = TSV(Self.rowHeadColumns + ["member", "value"])
        for (member, value) in record.document {
            table.add(rowHead + [.text(member), .text(value.stringValue ?? value.description)])
        }
        return table.text
    }
}
