import JSON
import JobModel

extension AnalysisReport {
    /// The sample, what became of its reads, how it was done, by whom and when.
    var about: HTML {
        """
        <section>
        <h2>Sample</h2>
        \(.facts(sampleFacts))<h3>Reads</h3>
        \(funnelTable)</section>
        <section>
        <h2>How it was done</h2>
        \(.facts(methodFacts))</section>

        """
    }

    private var sampleFacts: [(String, HTML)] {
        let document = sample.map { JSONValue.object($0.document) }
        let files = document?.list("raw_files").compactMap(\.stringValue).joined(separator: ", ")
        return [
            ("Sample", "\(sampleName) (<code>\(sampleID)</code>)"),
            ("Layout", Self.layout(document?["paired"]?.boolValue)),
            ("Library", "\(document?["trimming"]?.text("library_type") ?? "")"),
            ("Trimming", "\(Self.trimming(document?["trimming"]))"),
            ("Raw files", "\(files ?? "")"),
            ("Made", "\(sample.map(Self.made) ?? "")"),
        ]
    }

    /// How reads were trimmed; empty where an earlier version does not tell.
    private static func trimming(_ plan: JSONValue?) -> String {
        guard let plan, let length = plan["min_length"]?.countValue else { return "" }
        let quality = plan["quality"]?.countValue ?? 0
        let random = plan["random_bases"]?.countValue ?? 0
        return [
            "at least \(Wording.count(length, "base"))",
            quality > 0
                ? "ends cut up to quality \(quality), mean at least \(plan["mean_quality"]?.countValue ?? quality)"
                : "not by quality",
            "adapter \(plan["adapter"]?.stringValue ?? "of TruSeq")",
            random > 0 ? "\(Wording.count(random, "random base")) at both ends" : "",
        ].filter { !$0.isEmpty }.joined(separator: "; ")
    }

    private static func layout(_ isPaired: Bool?) -> HTML {
        switch isPaired {
        case true?: "paired reads"
        case false?: "single reads"
        case nil: .none
        }
    }

    private static func made(_ record: DataRecord) -> String {
        let job = record.job.map { ", by the job \($0.rawValue)" } ?? ""
        return "\(Wording.moment(record.created.description)), for \(record.username)\(job)"
    }

    /// What is odd about the reads, as analyses tell it, or the sample where they are of an earlier version.
    var warnings: HTML {
        let told = document["warnings"] ?? sample?.document["warnings"]
        let texts = told?.arrayValue?.compactMap(\.stringValue) ?? []
        return .all(texts.map { "<p class=\"notice\">\($0)</p>\n" })
    }

    private var funnelTable: HTML {
        let steps = funnel
        guard !steps.isEmpty else { return "<p>How many reads there were is not known.</p>\n" }
        return .table(
            [
                HTML.Column(title: "Step"), HTML.Column(title: "Count", isFigure: true),
                HTML.Column(title: "Of the line above", isFigure: true),
            ],
            steps.enumerated().map { place, step in
                let before = place > 0 ? steps[place - 1].count : 0
                let share = before > 0 ? Double(step.count) / Double(before) : nil
                // Pairs count once, so that this share would mislead.
                let isOther = place > 0 && unit != "reads" && step.name.hasPrefix(unit)
                return [
                    "\(step.name)", "\(Wording.count(step.count))",
                    "\(isOther ? "" : Wording.percent(share))",
                ]
            }
        )
    }

    private var methodFacts: [(String, HTML)] {
        let reference = document["reference"]
        let index = reference?["index"]?.integerValue.map { ", version \($0) of its index" } ?? ""
        // Analyses of earlier versions name one host only.
        let named = document["hosts"]?.arrayValue ?? [document["host"]].compactMap(\.self)
        let hosts = named.compactMap(\.stringValue)
        let thresholds = (document["thresholds"]?.objectValue ?? [:]).map {
            "\($0.key) \($0.value.description)"
        }
        return [
            ("Method", "<code>\(algorithm)</code>"),
            (
                "Reference",
                "\(document.named("reference")) (<code>\(reference?.text("id") ?? "")</code>)\(index)"
            ),
            ("Hosts subtracted", "\(hosts.isEmpty ? "none" : hosts.joined(separator: ", "))"),
            ("Thresholds", "\(thresholds.joined(separator: ", "))"),
            ("Tools", .tools(document["tools"])),
            ("Tools of the sample", .tools(sample?.document["tools"])),
            ("Analysed with", "\(document.text("program"))"),
            ("Analysed", "\(Self.made(record))"),
            (
                "This report",
                "\(Wording.moment(origin.moment.description)), for \(origin.username), by \(origin.program)"
            ),
        ]
    }
}
