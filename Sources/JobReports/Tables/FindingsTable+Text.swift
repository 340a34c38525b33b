import JSON
import JobModel

extension FindingsTable {
    private typealias Field = JobReports.Cell

    private static let head = [
        "sample_id", "sample", "analysis_id", "algorithm", "reference", "analysed",
    ]

    private static func head(of row: Row) -> [JobReports.Cell] {
        [
            .text(row.sampleID), .text(row.sampleName), .text(row.analysis?.id ?? ""),
            .text(row.analysis?.algorithm ?? ""), .text(row.analysis?.reference ?? ""),
            .text(row.analysis?.created.description ?? ""),
        ]
    }

    /// What stands for a sample as a whole: how many viruses were found in it for sure.
    static func verdict(of row: Row) -> String {
        guard let analysis = row.analysis else { return "not_analysed" }
        guard analysis.isWhole else { return "not_readable" }
        let order = ["found", "unjudged", "uncertain", "weak"]
        return order.first { verdict in row.cells.contains { $0.finding.verdict == verdict } }
            ?? "none"
    }

    /// A row for each sample; of each virus its verdict, reads, breadth and depth, and at the end whence they may
    /// have strayed, of those of which some may have.
    var wideTSV: String {
        let columns = columns
        let titles = columns.flatMap { place in
            ["verdict", "reads", "breadth", "depth"].map {
                "\(viruses[place].name) [\(viruses[place].id)] \($0)"
            }
        }
        let strayed = columns.filter { hasSuspects[$0] }
        let sources = strayed.map { "\(viruses[$0].name) [\(viruses[$0].id)] strayed_from" }
        var table = TSV(Self.head + ["verdict"] + titles + sources)
        for row in rows {
            var fields = Self.head(of: row) + [.text(Self.verdict(of: row))]
            let cells = Dictionary(row.cells.map { ($0.virus, $0) }) { first, _ in first }
            let none: Field = row.analysis?.isWhole == true ? .text("none") : .empty
            for place in columns {
                guard let cell = cells[place] else {
                    fields += [none, .empty, .empty, .empty]
                    continue
                }
                fields += [
                    .text(cell.finding.verdict), Field(cell.finding.reads),
                    Field(cell.finding.breadth), Field(cell.finding.depth),
                ]
            }
            fields += strayed.map { place in
                cells[place].flatMap { suspect($0, of: row) }
                    .map { .text($0.source.sample.description) } ?? .empty
            }
            table.add(fields)
        }
        return table.text
    }

    /// Of each virus whether any of its findings may have strayed.
    private var hasSuspects: [Bool] {
        var found = [Bool](repeating: false, count: viruses.count)
        for row in rows {
            for cell in row.cells where suspect(cell, of: row) != nil { found[cell.virus] = true }
        }
        return found
    }

    /// A row for each finding, and one for each sample without any.
    var longTSV: String {
        var table = TSV(
            Self.head + [
                "verdict", "virus_id", "virus", "reads", "breadth", "depth", "share_of_most",
                "strayed_from",
            ]
        )
        for row in rows {
            let head = Self.head(of: row)
            for cell in row.cells {
                let virus = viruses[cell.virus]
                let stray = stray(cell, of: row)
                let source = stray.flatMap { $0.isSuspect ? $0.source.sample.description : nil }
                table.add(
                    head + [
                        .text(cell.finding.verdict), .text(virus.id), .text(virus.name),
                        Field(cell.finding.reads),
                        Field(cell.finding.breadth), Field(cell.finding.depth),
                        Field(stray?.share), source.map { .text($0) } ?? .empty,
                    ]
                )
            }
            guard row.cells.isEmpty else { continue }
            let rest = [Field](repeating: .empty, count: 7)
            table.add(head + [.text(Self.verdict(of: row))] + rest)
        }
        return table.text
    }

    var json: String {
        var report: JSONObject = [
            "report": "findings",
            "viruses": .array(
                columns.map { ["id": .string(viruses[$0].id), "name": .string(viruses[$0].name)] }
            ),
            "stray_share": .number(Self.strayShare),
            "samples": .array(rows.map(describe)),
        ]
        report.merge(origin.members) { _, new in new }
        return JSONValue.object(report).description + "\n"
    }

    private func describe(_ row: Row) -> JSONValue {
        [
            "id": .string(row.sampleID), "name": .string(row.sampleName),
            "verdict": .string(Self.verdict(of: row)),
            "analysis": row.analysis.map {
                [
                    "id": .string($0.id), "algorithm": .string($0.algorithm),
                    "reference": .string($0.reference), "created": .string($0.created.description),
                ]
            } ?? .null,
            "findings": .array(
                row.cells.map { cell in
                    let stray = stray(cell, of: row)
                    let source = stray.flatMap { $0.isSuspect ? $0.source.sample : nil }
                    return [
                        "virus": .string(viruses[cell.virus].id),
                        "verdict": .string(cell.finding.verdict),
                        "reads": cell.finding.reads.map { .number($0) } ?? .null,
                        "breadth": cell.finding.breadth.map { .number($0) } ?? .null,
                        "depth": cell.finding.depth.map { .number($0) } ?? .null,
                        "share_of_most": stray.map { .number($0.share) } ?? .null,
                        "strayed_from": source.map { .string($0.description) } ?? .null,
                    ]
                }
            ),
        ]
    }
}
