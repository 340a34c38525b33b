import Sequences

/// What there is to know of raw reads before they are trimmed.
struct SampleSurvey {
    /// For each lane what was found in its first and its second reads.
    private(set) var lanes: [(first: ReadSurvey, second: ReadSurvey)] = []
    /// How many reads there are in all files.
    private(set) var count = 0

    /// Knows of no reads.
    init() {}

    /// Reads all reads.
    ///
    /// - Parameters:
    ///   - raw: Where they are.
    ///   - context: The job.
    /// - Throws: What is wrong with them, and where.
    init(of raw: RawReads, in context: TaskContext) throws(TaskFailure) {
        var lanes = raw.lanes.map { _ in (first: ReadSurvey(), second: ReadSurvey()) }
        count = try raw.read(
            watch: context.watch,
            { lane, mate, bytes, record in
                switch mate {
                case .first: lanes[lane].first.add(record, of: bytes)
                case .second: lanes[lane].second.add(record, of: bytes)
                }
            },
            afterPiece: { () throws(TaskFailure) in try Self.refuseLongReads(lanes, raw) }
        )
        self.lanes = lanes
    }

    /// How the qualities of each lane's first and second reads are written.
    ///
    /// A file of good qualities only, which all encodings may have, is written as the others are.
    var encodings: [(first: QualityEncoding, second: QualityEncoding)] {
        let told = Set(surveys.compactMap(\.encoding))
        let old = surveys.filter { $0.encoding != .sanger }.compactMap(\.signs?.lowerBound).min()
        let usual: QualityEncoding =
            told.isEmpty || told.contains(.sanger)
            ? .sanger : QualityEncoding(leastSign: max(old ?? 64, 64))
        func encoding(_ survey: ReadSurvey) -> QualityEncoding { survey.encoding ?? usual }
        return lanes.map { (encoding($0.first), encoding($0.second)) }
    }

    /// Which adapters the reads run into; of mates the first.
    var adapters: AdapterCensus {
        lanes.reduce(into: AdapterCensus()) { $0.add($1.first.adapters) }
    }

    /// The length of the longest read; of mates, of which both must be long enough, the shorter ones' longest.
    var longest: Int {
        let first = lanes.map(\.first.longest).max() ?? 0
        let second = lanes.filter { $0.second.count > 0 }.map(\.second.longest).max()
        return min(first, second ?? first)
    }

    private var surveys: [ReadSurvey] {
        lanes.flatMap { [$0.first, $0.second] }.filter { $0.count > 0 }
    }

    private static func refuseLongReads(
        _ lanes: [(first: ReadSurvey, second: ReadSurvey)],
        _ raw: RawReads
    ) throws(TaskFailure) {
        for (files, lane) in zip(raw.lanes, lanes) {
            for (number, survey) in [lane.first, lane.second].enumerated() {
                guard let kind = survey.longReads else { continue }
                let file = files.files[min(number, files.files.count - 1)]
                throw .task("\(file.name): \(kind.refusal)")
            }
        }
    }
}

extension LongReads {
    fileprivate var refusal: String {
        let makers =
            switch self {
            case .nanopore, .pacBio: "these are long reads of \(rawValue)"
            case .unknown: "there are reads of more than \(ReadSurvey.greatestLength) bases"
            }
        return "\(makers); long reads are not supported, for trimming, alignment and assembly here "
            + "expect the lengths and errors of short ones, such as Illumina's"
    }
}

// MARK: - What is odd

extension SampleSurvey {
    /// What is odd about the reads, in sentences for people.
    ///
    /// - Parameter raw: Where they are.
    /// - Returns: A sentence for each oddity.
    func warnings(about raw: RawReads) -> [String] {
        var warnings: [String] = []
        for (files, lane) in zip(raw.lanes, lanes) where lane.second.count > 0 {
            warnings += Self.warnings(about: lane, names: files.files.map(\.name))
        }
        for (files, lane) in zip(raw.lanes, lanes)
        where lane.second.count == 0 && lane.first.seemsInterleaved {
            warnings.append(
                "\(files.files[0].name): reads that follow each other have the names of mates, and count "
                    + "as single reads; if they are mates, make the sample with interleaved: true"
            )
        }
        warnings += Self.repetitions(of: lanes.map(\.first), raw.lanes.map { $0.files[0].name })
        warnings += encodingWarnings(raw)
        return warnings
    }

    private func encodingWarnings(_ raw: RawReads) -> [String] {
        var names: [String] = []
        var old: QualityEncoding?
        var areAll = true
        for ((lane, encodings), files) in zip(zip(lanes, encodings), raw.lanes) {
            let mates = [(lane.first, encodings.first), (lane.second, encodings.second)]
            for (number, (survey, encoding)) in mates.enumerated() where survey.count > 0 {
                guard encoding != .sanger else {
                    areAll = false
                    continue
                }
                old = encoding
                names.append(files.files[min(number, files.files.count - 1)].name)
            }
        }
        guard let old else { return [] }
        let which = areAll ? "the qualities" : "\(names.joined(separator: ", ")): the qualities"
        let others = areAll ? "" : "; those of the other reads are of today"
        return [
            "\(which) are in the encoding of \(old.rawValue) (Phred+64); they were "
                + "converted to that of today\(others)"
        ]
    }

    private static func warnings(
        about lane: (first: ReadSurvey, second: ReadSurvey),
        names: [String]
    ) -> [String] {
        let both = names.joined(separator: " and ")
        var warnings: [String] = []
        if lane.first.isSame(as: lane.second) {
            warnings.append("\(both): the first and the second mates are the same reads")
        }
        switch (lane.first.mateNumber, lane.second.mateNumber) {
        case (let first?, 1?) where first > 1:
            warnings.append(
                "\(both): the mates seem to be swapped, for the first say that they are \(first)"
            )
        case (let first?, let second?) where first == second:
            warnings.append("\(both): both say that they are mates \(first)")
        case (_?, _?): break
        default: warnings += MateFileNames(names).warnings.map { "\(both): \($0)" }
        }
        if lane.first.longest != lane.second.longest {
            warnings.append(
                "\(both): the mates are not of one length, for the first have up to "
                    + "\(lane.first.longest) bases and the second up to \(lane.second.longest)"
            )
        }
        return warnings
    }

    /// Lanes that hold the same reads.
    private static func repetitions(of lanes: [ReadSurvey], _ names: [String]) -> [String] {
        lanes.indices.compactMap { number in
            lanes[..<number].firstIndex { $0.isSame(as: lanes[number]) }.map {
                "\(names[$0]) and \(names[number]): both hold the same reads, which count twice"
            }
        }
    }
}
