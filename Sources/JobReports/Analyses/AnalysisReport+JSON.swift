import JSON
import JobModel

extension AnalysisReport {
    /// The records as they are, with what a report adds to them.
    var json: String {
        var report: JSONObject = [
            "report": "analysis",
            "analysis": .object(record.whole),
            "sample": sample.map { .object($0.whole) } ?? .null,
            "statement": .string(statement),
            "funnel": .array(
                funnel.map { step in
                    ["step": .string(step.name), "count": .integer(step.count)]
                }
            ),
            "accessions": .object(accessions),
        ]
        report.merge(origin.members) { _, new in new }
        return JSONValue.object(report).description + "\n"
    }

    /// The links to the entries of all sequences that are accessions.
    private var accessions: JSONObject {
        let ids =
            document.list("diagnosis").map { $0.text("id") }
            + (document.list("contigs") + document.list("other_contigs"))
            .compactMap { $0["nearest"]?.text("id") }
        var links: JSONObject = [:]
        for accession in ids.compactMap(Accession.init) {
            links[accession.description] = .string(accession.link)
        }
        return links
    }
}

extension ReportOrigin {
    /// What it adds to a report as JSON.
    var members: JSONObject {
        [
            "made_with": .string(program), "made_for": .string(username),
            "made": .string(moment.description),
        ]
    }
}
