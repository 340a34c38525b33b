import JSON
public import JobModel

/// What is known of a sample's reads, to be handed out.
public struct SampleReport: Sendable {
    private let record: DataRecord
    private let origin: ReportOrigin
    private let document: JSONValue

    /// Takes a sample.
    ///
    /// - Parameters:
    ///   - record: The sample, with its whole document.
    ///   - origin: Who hands it out.
    public init(_ record: DataRecord, origin: ReportOrigin) {
        self.record = record
        self.origin = origin
        document = .object(record.document)
    }

    /// The forms in which it can be handed out.
    public static let formats: [ReportFormat] = [.html, .tsv, .json]

    /// Hands it out.
    ///
    /// - Parameter format: In which form.
    /// - Returns: What a file may hold; nil if it has no such form.
    public func rendition(as format: ReportFormat) -> Rendition? {
        let text: String
        switch format {
        case .html: text = html
        case .tsv: text = tsv
        case .json: text = json
        case .fasta, .fastq: return nil
        }
        return Rendition([record.key.id, "sample"], format, text)
    }

    /// What was measured, called by names that stay.
    private var measures: [(name: String, words: String, cell: Cell)] {
        let trimmed = document["trimmed"]
        let quality = document["quality"]
        let length = quality?.list("length").compactMap(\.countValue) ?? []
        let trimming = document["trimming"]
        return [
            ("raw_reads", "Reads as sequenced", Cell(trimmed?["raw_reads"]?.countValue)),
            ("too_short", "Left out, too short", Cell(trimmed?["too_short"]?.countValue)),
            ("too_bad", "Left out, of low quality", Cell(trimmed?["too_bad"]?.countValue)),
            ("kept_reads", "Reads kept", Cell(trimmed?["kept_reads"]?.countValue)),
            ("paired", "Paired", .text(document["paired"]?.boolValue.map { "\($0)" } ?? "")),
            ("library_type", "Library", .text(trimming?.text("library_type") ?? "")),
            ("min_length", "Least length", Cell(trimming?["min_length"]?.countValue)),
            ("shortest", "Shortest read", Cell(length.first)),
            ("longest", "Longest read", Cell(length.last)),
            ("gc", "G and C, percent", Cell(quality?.figure("gc"))),
            ("encoding", "Encoding of qualities", .text(quality?.text("encoding") ?? "")),
            ("host", "Host", .text(document.text("subtraction"))),
        ]
    }

    private var tsv: String {
        var table = TSV(["sample_id", "sample", "measure", "value"])
        let head: [Cell] = [.text(record.key.id), .text(record.name)]
        for measure in measures { table.add(head + [.text(measure.name), measure.cell]) }
        for warning in document.list("warnings").compactMap(\.stringValue) {
            table.add(head + [.text("warning"), .text(warning)])
        }
        return table.text
    }

    private var json: String {
        var report: JSONObject = ["report": "sample", "sample": .object(record.whole)]
        report.merge(origin.members) { _, new in new }
        return JSONValue.object(report).description + "\n"
    }

    private var html: String {
        let facts = measures.map { measure -> (String, HTML) in
            switch measure.cell {
            case .empty: (measure.words, .none)
            case .text(let text): (measure.words, "\(text)")
            case .integer(let number): (measure.words, "\(Wording.count(number))")
            case .number(let number): (measure.words, "\(Wording.decimal(number))")
            }
        }
        let warnings = document.list("warnings").compactMap(\.stringValue).map { text -> HTML in
            "<p class=\"notice\">\(text)</p>\n"
        }
        let files = document.list("raw_files").compactMap(\.stringValue).joined(separator: ", ")
        let job = record.job.map { ", by the job \($0.rawValue)" } ?? ""
        let body: HTML = """
            <header><h1>\(record.name)</h1><p class="dim">Sample <code>\(record.key.id)</code></p></header>
            \(.all(warnings))<section>
            <h2>Reads</h2>
            \(.facts(facts))</section>
            <section>
            <h2>How it was made</h2>
            \(.facts([
                ("Raw files", "\(files)"), ("Tools", .tools(document["tools"])),
                ("Made with", "\(document.text("program"))"),
                ("Made", "\(Wording.moment(record.created.description)), for \(record.username)\(job)"),
                ("This report", "\(Wording.moment(origin.moment.description)), for \(origin.username), by \(origin.program)"),
            ]))</section>
            \(HTML.signature)
            """
        return Page.html(title: "\(record.name): sample", body)
    }
}
