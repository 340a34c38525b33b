import JSON
import JobModel

extension AnalysisReport {
    /// As many sequences as have a picture; those of the surest findings come first.
    private static let mostPictures = 300

    /// The page, the findings first.
    var html: String {
        let body: HTML = """
            <header>
            <h1>\(sampleName)</h1>
            <p class="dim">\(title) · analysis \(record.key.id)</p>
            </header>
            <p class="statement">\(statement)</p>
            \(namesLine)\(warnings)\(found)\(about)\(HTML.signature)
            """
        return Page.html(title: "\(sampleName): \(title)", body)
    }

    private var namesLine: HTML { names.map { "<p>\($0)</p>\n" } ?? .none }

    private var title: String {
        switch algorithm {
        case "pathoscope_bowtie": "Known viruses, by Pathoscope with bowtie2"
        case "pathoscope_snap": "Known viruses, by Pathoscope with SNAP"
        case "nuvs": "Unknown viruses, by NuVs"
        default: algorithm
        }
    }

    private var found: HTML {
        switch kind {
        case .viruses: findingsSection
        case .contigs: contigsSection
        case .other: .facts(record.document.map { ($0.key, "\($0.value.description)") })
        }
    }

    // MARK: Viruses

    private var findingsSection: HTML {
        let findings = Finding.all(in: document)
        let weak = findings.filter { $0.verdict == .weak }
        let others = findings.filter { $0.verdict != .weak }
        var pictures = Self.mostPictures
        var pieces: [HTML] = ["<section>\n<h2>Findings</h2>\n"]
        pieces.append(
            others.isEmpty
                ? "<p>No virus was found\(weak.isEmpty ? "" : " that has more than weak support").\(scope)</p>\n"
                : overview(others)
        )
        pieces += others.map { describe($0, &pictures) }
        if !weak.isEmpty {
            let text = Wording.count(weak.count, "virus", "viruses")
            pieces.append(
                """
                <h2>Weak support</h2>
                <p class="notice">\(text) with weak support, perhaps a contamination:</p>
                \(overview(weak))
                """
            )
            pieces += weak.map { describe($0, &pictures) }
        }
        if pictures < 0 {
            let rest = Wording.count(-pictures, "sequence")
            pieces.append(
                "<p class=\"notice\">The coverage of \(rest) more is not drawn; it is in the JSON.</p>\n"
            )
        }
        return .all(pieces + ["</section>\n"])
    }

    /// What was looked for: nothing is said of other viruses.
    private var scope: String {
        let reference = document.named("reference")
        let all =
            document["sample_reads"]?.countValue.map { " in \(Wording.count($0)) \(unit)" } ?? ""
        return reference.isEmpty
            ? "" : " Those of the reference “\(reference)” were looked for\(all), and no others."
    }

    /// The heading of a column of reads.
    private var unitTitle: String { unit == "pairs" ? "Pairs" : "Reads" }

    private func overview(_ findings: [Finding]) -> HTML {
        .table(
            [
                HTML.Column(title: "Virus"), HTML.Column(title: "Verdict"),
                HTML.Column(title: "\(unitTitle)", isFigure: true),
                HTML.Column(title: "Of all \(unitTitle.lowercased())", isFigure: true),
                HTML.Column(title: "Breadth", isFigure: true),
                HTML.Column(title: "Depth", isFigure: true),
            ],
            findings.map { finding in
                [
                    "<strong>\(finding.name)</strong> \(finding.abbreviation)",
                    "<span class=\"verdict \(finding.verdict.rawValue)\">\(finding.verdict.rawValue)</span>",
                    "\(Wording.decimal(finding.reads))", "\(Wording.percent(finding.share))",
                    "\(Wording.percent(finding.breadth))",
                    "\(Wording.decimal(finding.depth, places: 2))",
                ]
            }
        )
    }

    private func describe(_ finding: Finding, _ pictures: inout Int) -> HTML {
        var drawn: [HTML] = []
        let most = finding.sequences.flatMap(\.depths).max() ?? 0
        for sequence in finding.sequences where !sequence.depths.isEmpty {
            if pictures > 0 { drawn.append(CoveragePlot(sequence, top: most).html) }
            pictures -= 1
        }
        return """
            <h3>\(finding.name) <span class="verdict \(finding.verdict.rawValue)">\(finding.verdict.rawValue)</span></h3>
            <p>\(finding.reasons.joined(separator: "; "))</p>
            \(sequencesTable(finding.sequences))\(.all(drawn))
            """
    }

    private func sequencesTable(_ sequences: [Finding.Sequence]) -> HTML {
        guard !sequences.isEmpty else { return .none }
        return .table(
            [
                HTML.Column(title: "Sequence"), HTML.Column(title: "Isolate"),
                HTML.Column(title: "Definition"), HTML.Column(title: "Length", isFigure: true),
                HTML.Column(title: "\(unitTitle)", isFigure: true),
                HTML.Column(title: "Breadth", isFigure: true),
                HTML.Column(title: "Depth", isFigure: true),
            ],
            sequences.map { sequence in
                [
                    .sequence(sequence.id), "\(sequence.isolate)", "\(sequence.definition)",
                    "\(sequence.length.map { Wording.count($0) } ?? "")",
                    "\(Wording.decimal(sequence.reads))", "\(Wording.percent(sequence.coverage))",
                    "\(Wording.decimal(sequence.depth, places: 2))",
                ]
            }
        )
    }
}
