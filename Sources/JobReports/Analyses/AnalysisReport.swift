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
}
