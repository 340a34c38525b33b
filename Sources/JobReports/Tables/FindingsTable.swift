import JSON

/// What was found in many samples: samples by viruses.
///
/// It keeps of each analysis only what stands in its cells, so that thousands fit into memory.
public struct FindingsTable: Sendable {
    /// How viruses and samples are arranged.
    public enum Layout: String, CaseIterable, Sendable {
        /// A row for each sample, columns for each virus.
        case wide
        /// A row for each finding of each sample.
        case long
    }

    struct Virus {
        let id: String
        let name: String
        /// Who has most of it.
        var most = MostReads()
    }

    struct Cell {
        let virus: Int
        let finding: AnalysisSummary.Finding
    }

    struct Row {
        let sampleID: String
        let sampleName: String
        /// Nil where nobody has looked for viruses.
        let analysis: AnalysisSummary?
        let cells: [Cell]
    }

    let origin: ReportOrigin
    private(set) var rows: [Row] = []
    private(set) var viruses: [Virus] = []
    private var places: [ExactText: Int] = [:]

    /// Makes a table of no samples.
    ///
    /// - Parameter origin: Who hands it out.
    public init(origin: ReportOrigin) { self.origin = origin }

    /// How many samples and viruses there are.
    public var size: (samples: Int, viruses: Int) { (rows.count, viruses.count) }

    /// The most cells of a wide table; larger ones nobody can read.
    public static let mostCells = 4_000_000

    /// Whether there are more cells in the wide layout than ``mostCells``.
    public var isTooWide: Bool { rows.count * viruses.count > Self.mostCells }

    /// Adds a sample.
    ///
    /// - Parameters:
    ///   - id: Its id.
    ///   - name: What people call it.
    ///   - analysis: What was found in it; nil if nobody has looked.
    public mutating func add(sample id: String, name: String, _ analysis: AnalysisSummary?) {
        let cells = (analysis?.findings ?? []).map { Cell(virus: place(of: $0), finding: $0) }
        for cell in cells {
            let holder = MostReads.Holder(
                sample: ExactText(id),
                name: name,
                reads: cell.finding.reads ?? 0
            )
            viruses[cell.virus].most.add(holder)
        }
        rows.append(Row(sampleID: id, sampleName: name, analysis: analysis, cells: cells))
    }

    private mutating func place(of finding: AnalysisSummary.Finding) -> Int {
        let key = ExactText(finding.id)
        if let place = places[key] { return place }
        places[key] = viruses.count
        viruses.append(Virus(id: finding.id, name: finding.name))
        return viruses.count - 1
    }

    /// The viruses in the order of their columns: by name.
    var columns: [Int] {
        viruses.indices.sorted {
            (ExactText(viruses[$0].name), ExactText(viruses[$0].id))
                < (ExactText(viruses[$1].name), ExactText(viruses[$1].id))
        }
    }

    /// Hands it out.
    ///
    /// - Parameters:
    ///   - format: In which form.
    ///   - layout: How it is arranged; JSON is always long.
    /// - Returns: What a file may hold; nil if it has no such form, or too many cells for it.
    public func rendition(as format: ReportFormat, _ layout: Layout) -> Rendition? {
        guard layout == .long || format == .json || !isTooWide else { return nil }
        let text: String
        switch format {
        case .tsv: text = layout == .wide ? wideTSV : longTSV
        case .html: text = html(layout)
        case .json: text = json
        case .fasta, .fastq: return nil
        }
        return Rendition(["samples", "viruses"], format, text)
    }
}
