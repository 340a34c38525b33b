import JSON
import JobModel
import Sequences
import SystemPackage

/// Finds out which isolates of which viruses the reads of a sample come from.
///
/// Reads are mapped to one isolate of each virus, then to all isolates of the viruses that were hit, with
/// every place that they fit. What fits the host as well is taken out; the rest is shared
/// among the isolates by how well they explain all reads together (Pathoscope, Francis et al. 2013).
final class Pathoscope {
    let context: TaskContext
    let aligner: Aligner
    private(set) var versions: JSONObject = [:]
    private(set) var thresholds = FindingThresholds(
        reads: 0,
        weakBreadth: 0,
        foundBreadth: 0,
        shortGenome: 0
    )
    private var loaded: AnalysisInputs?
    /// How reads that were mapped to the default isolates lie on each sequence, by its id.
    private var hitSequences: [String: CandidateHits] = [:]
    private(set) var candidates: [Reference.Virus] = []
    /// All sequences of all isolates of the candidates, called by their numbers in the isolates' index.
    private var isolates: [Reference.Placed] = []
    /// What the alignments' references are.
    private var aligned: [Reference.Placed] = []
    private var matrix = PathoscopeMatrix()
    private var mappedReads = 0
    /// For each read of the matrix its place in the sample, from 1.
    private(set) var readPlaces: [Int32] = []
    private(set) var subtractedCount = 0
    private(set) var result = PathoscopeMatrix().reassign(among: [])

    init(_ context: TaskContext, aligner: Aligner) {
        self.context = context
        self.aligner = aligner
    }

    var inputs: AnalysisInputs {
        guard let loaded else { preconditionFailure("the stages run in order") }
        return loaded
    }

    /// The reads that hit no virus need none of the stages that follow.
    private var isEmpty: Bool { candidates.isEmpty || matrix.readCount == 0 }

    /// What a reference of the alignments is.
    func sequence(_ reference: Int) -> Reference.Placed { aligned[reference] }
}

// MARK: - Stages

extension Pathoscope {
    func makeAnalysisFolder(tools: [String]) async throws(TaskFailure) {
        thresholds = try FindingThresholds(context.args)
        let inputs = try AnalysisInputs(context)
        try aligner.check(inputs)
        loaded = inputs
        try context.makeFolder("analysis")
        versions = try await context.versions(of: tools)
    }

    func mapViruses() async throws(TaskFailure) {
        let (hits, names) = try await context.map(
            aligner.mapViruses(inputs, threads: context.threads),
            reads: inputs.readCount,
            into: CandidateCollector()
        )
        hitSequences = Dictionary(
            hits.references.map { (inputs.sequenceID(indexed: names[$0.key]), $0.value) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    func identifyCandidates() async throws(TaskFailure) {
        candidates = inputs.viruses.viruses.filter { virus in
            CandidateHits.makeCandidate(
                virus.defaultSequences.map { (hitSequences[$0.id], $0.sequence.count) }
            )
        }
        let names = candidates.prefix(20).map(\.name).joined(separator: ", ")
        let more = candidates.count > 20 ? " and others" : ""
        context.log(
            candidates.isEmpty
                ? "no read fits any virus: there is nothing more to do"
                : "\(candidates.count) candidates: \(names)\(more)"
        )
    }

    func writeIsolates() async throws(TaskFailure) {
        isolates = candidates.flatMap(\.placedSequences)
            .sorted { $0.sequence.id < $1.sequence.id }
        try context.write(isolates.numberedFASTA, to: "isolates.fa")
    }

    func buildIsolateIndex() async throws(TaskFailure) {
        guard !candidates.isEmpty else { return }
        switch aligner {
        case .bowtie:
            try context.makeFolder("isolates")
            try await context.buildBowtieIndex(of: "isolates.fa", as: "isolates/reference")
        case .snap:
            try await context.buildSnapIndex(of: "isolates.fa", in: "isolates", words: .ofViruses)
        }
    }

    func mapIsolates() async throws(TaskFailure) {
        guard !candidates.isEmpty else { return }
        var mapped = try await context.map(
            try aligner.mapIsolates(inputs, context: context),
            reads: inputs.readCount,
            into: IsolateCollector()
        )
        let names = mapped.references
        aligned = try (0..<names.count).map { number throws(TaskFailure) in
            guard let place = Int(names[number]), isolates.indices.contains(place) else {
                throw .task("\(names[number]) is in the alignments, but not in the index")
            }
            return isolates[place]
        }
        matrix = mapped.collector.takeMatrix(of: aligned)
        context.log("\(matrix.readCount) reads or pairs fit \(aligned.count) sequences")
    }

    /// Writes all reads that fit an isolate, and their mates, for the host to be asked about.
    ///
    /// Without a host they are looked for all the same: each must be there, and once.
    func saveMappedReads() async throws(TaskFailure) {
        guard !isEmpty else { return }
        let file =
            inputs.hosts.isEmpty
            ? nil
            : try GzipOutput(Aligner.mappedReads, in: context.work, threads: context.threads)
        var waiting: [UInt8] = []
        var census = ReadCensus(names: matrix.readCount)
        readPlaces = [Int32](repeating: 0, count: matrix.readCount)
        var place: (first: Int32, second: Int32) = (0, 0)
        try inputs.reads(in: context).read(
            in: context,
            { mate, bytes, record in
                switch mate {
                case .first: place.first += 1
                case .second: place.second += 1
                }
                guard let number = matrix.number(ofRead: record.key(in: bytes), of: bytes)
                else { return }
                census.add(number, mate)
                readPlaces[number] = mate == .first ? place.first : place.second
                if file != nil { waiting.append(contentsOf: bytes[record.whole]) }
                mappedReads += 1
            },
            afterPiece: { () throws(TaskFailure) in
                try file?.write(waiting)
                waiting.removeAll(keepingCapacity: true)
            }
        )
        try file?.finish()
        try inputs.check(census) { matrix.key(ofRead: $0) }
    }

    func mapHost() async throws(TaskFailure) {
        guard !isEmpty else { return }
        // Of several hosts the one counts that a read fits best.
        for number in inputs.hosts.indices {
            // Moved, not copied: there may be millions of alignments.
            let collector = HostCollector(matrix: matrix)
            matrix = PathoscopeMatrix()
            matrix = try await context.map(
                aligner.mapHost(number, inputs, threads: context.threads),
                reads: mappedReads,
                into: collector
            ).collector.matrix
        }
    }

    func subtractHost() async throws(TaskFailure) {
        guard !isEmpty, !inputs.hosts.isEmpty else { return }
        subtractedCount = matrix.subtractHost()
        context.log("\(subtractedCount) of them fit the host at least as well")
    }

    func reassign() async throws(TaskFailure) {
        guard !isEmpty else { return }
        result = matrix.reassign(
            among: aligned.map {
                PathoscopeReference(name: $0.sequence.id, length: $0.sequence.sequence.count)
            }
        )
        context.log(
            "\(result.readCount) reads or pairs, \(result.uncertainCount) of them uncertain; "
                + "\(result.hits.count) sequences after \(result.iterations) iterations"
        )
    }

    func importResults() async throws(TaskFailure) {
        try noteReads()
        try context.publishAnalysis(
            makeDocument(),
            name: "Pathoscope (\(aligner.rawValue)) of \(inputs.sample.name)",
            uses: inputs.uses
        )
    }
}

// MARK: - What is kept of alignments

private struct HostCollector: AlignmentCollector {
    var matrix: PathoscopeMatrix

    mutating func add(_ record: SAMRecord, of bytes: [UInt8]) { matrix.addHost(record, of: bytes) }
}
