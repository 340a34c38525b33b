import JSON
public import JobModel

/// What an analysis found in a sample, to be handed out.
///
/// A value made of records; nothing is read and nobody is asked while it is rendered.
public struct AnalysisReport: Sendable {
    let record: DataRecord
    let sample: DataRecord?
    let origin: ReportOrigin
    let document: JSONValue

    /// Takes an analysis.
    ///
    /// - Parameters:
    ///   - record: The analysis, with its whole document.
    ///   - sample: The sample that was analysed; nil if it is not known any more.
    ///   - origin: Who hands it out.
    public init(_ record: DataRecord, sample: DataRecord?, origin: ReportOrigin) {
        self.record = record
        self.sample = sample
        self.origin = origin
        document = .object(record.document)
    }

    /// What kinds of analyses there are.
    enum Kind {
        /// Known viruses were looked for.
        case viruses
        /// Contigs were made and looked at.
        case contigs
        /// Some task of somebody's.
        case other
    }

    var kind: Kind {
        if document["diagnosis"]?.arrayValue != nil { return .viruses }
        return document["contigs"]?.arrayValue != nil ? .contigs : .other
    }

    /// The forms in which it can be handed out.
    public var formats: [ReportFormat] {
        kind == .contigs ? [.html, .tsv, .json, .fasta] : [.html, .tsv, .json]
    }

    /// Hands it out.
    ///
    /// - Parameter format: In which form.
    /// - Returns: What a file may hold; nil if it has no such form.
    public func rendition(as format: ReportFormat) -> Rendition? {
        guard formats.contains(format) else { return nil }
        let text =
            switch format {
            case .html: html
            case .tsv: tsv
            case .json: json
            case .fasta, .fastq: fasta
            }
        let ending = format == .fasta ? ["contigs"] : []
        return Rendition([sampleID, algorithm, record.key.id] + ending, format, text)
    }

    // MARK: What all analyses have

    var algorithm: String {
        let named = document.text("algorithm")
        return named.isEmpty ? "analysis" : named
    }

    var sampleID: String {
        let named = document["sample"]?.text("id") ?? ""
        return named.isEmpty ? sample?.key.id ?? "sample" : named
    }

    var sampleName: String {
        let named = document.named("sample")
        return named.isEmpty ? sampleID : named
    }

    /// The cells that each row of its tables begins with.
    var rowHead: [Cell] { [.text(record.key.id), .text(sampleID), .text(sampleName)] }

    static let rowHeadColumns = ["analysis_id", "sample_id", "sample"]

    // MARK: FASTA

    private var fasta: String {
        var text = ""
        for contig in Contig.all(in: document) where !contig.sequence.isEmpty {
            text += ">\(record.key.id)_contig_\(contig.label) length=\(contig.length)"
            if let depth = contig.depth { text += " depth=\(depth)" }
            if !contig.isLikeVirus { text += " no_viral_protein" }
            if !contig.verdict.isEmpty { text += " verdict=\(Self.word(contig.verdict))" }
            if let nearest = contig.nearest { text += " nearest=\(Self.word(nearest.id))" }
            text += "\n"
            var rest = contig.sequence.utf8.filter { (0x41...0x5A).contains($0 & 0xDF) }[...]
            while !rest.isEmpty {
                text += String(decoding: rest.prefix(70), as: UTF8.self) + "\n"
                rest = rest.dropFirst(70)
            }
        }
        return text
    }

    /// What can stand in the line of a header, without blanks.
    private static func word(_ text: String) -> String {
        String(
            decoding: text.utf8.map { (0x21...0x7E).contains($0) ? $0 : UInt8(ascii: "_") },
            as: UTF8.self
        )
    }
}
