import JSON

/// A virus of which reads were found, as an analysis tells of it.
struct Finding {
    /// A sequence of its that reads lie on.
    struct Sequence {
        let id: String
        let definition: String
        let isolate: String
        let length: Int?
        /// Its weight in the mixture of all sequences.
        let pi: Double?
        let reads: Double?
        let coverage: Double?
        let depth: Double?
        /// The mean depth of parts of equal length.
        let depths: [Double]
    }

    /// How sure it is, from the surest on.
    enum Verdict: String, CaseIterable {
        case found
        case uncertain
        case weak
        /// Analyses of earlier versions did not judge.
        case unjudged

        /// In the order in which they are told.
        static let told: [Verdict] = [.found, .unjudged, .uncertain, .weak]
    }

    let id: String
    let name: String
    let abbreviation: String
    let verdict: Verdict
    let reasons: [String]
    private(set) var reads: Double?
    let share: Double?
    private(set) var breadth: Double?
    private(set) var depth: Double?
    /// The id of the sequence that breadth and depth are of.
    private(set) var best: String
    private(set) var isolate: String
    private(set) var sequences: [Sequence] = []

    /// The findings of an analysis, the surest first.
    static func all(in document: JSONValue) -> [Finding] {
        var sequences: [ExactText: [Sequence]] = [:]
        var unjudged: [Finding] = []
        var known: Set<ExactText> = []
        for finding in document.list("findings") {
            known.insert(ExactText(key(finding["virus"])))
        }
        for hit in document.list("diagnosis") {
            let key = ExactText(key(hit["virus"]))
            sequences[key, default: []].append(Sequence(hit))
            if known.insert(key).inserted { unjudged.append(Finding(unjudged: hit)) }
        }
        var all = document.list("findings").map { Finding($0) } + unjudged
        for place in all.indices {
            let own = sequences[ExactText(all[place].id)] ?? []
            all[place].sequences = own
            if all[place].verdict == .unjudged { all[place].sum(own) }
        }
        func rank(_ finding: Finding) -> Int {
            Verdict.told.firstIndex(of: finding.verdict) ?? 0
        }
        // A sort that keeps the order of equals.
        return all.enumerated().sorted {
            (rank($0.element), $0.offset) < (rank($1.element), $1.offset)
        }.map(\.element)
    }

    private static func key(_ virus: JSONValue?) -> String {
        let id = virus?.text("id") ?? ""
        return id.isEmpty ? virus?.stringValue ?? virus?.text("name") ?? "" : id
    }

    private init(_ value: JSONValue) {
        id = Self.key(value["virus"])
        name = value.named("virus")
        abbreviation = value["virus"]?.text("abbreviation") ?? ""
        verdict = Verdict(rawValue: value.text("verdict")) ?? .uncertain
        reasons = value.list("reasons").map { reason in
            let text = reason.text("text")
            return text.isEmpty ? reason.text("code") : text
        }.filter { !$0.isEmpty }
        reads = value.figure("reads")
        share = value.figure("share")
        breadth = value.figure("breadth")
        depth = value.figure("depth")
        best = value.text("sequence")
        isolate = value.named("isolate")
    }

    private init(unjudged hit: JSONValue) {
        id = Self.key(hit["virus"])
        name = hit.named("virus")
        abbreviation = hit["virus"]?.text("abbreviation") ?? ""
        verdict = .unjudged
        reasons = ["made by an earlier version, which did not judge findings"]
        best = hit.text("id")
        isolate = hit.named("isolate")
        share = nil
    }

    /// Takes together what sequences tell that nobody has judged.
    private mutating func sum(_ sequences: [Sequence]) {
        guard let most = sequences.max(by: { ($0.coverage ?? 0) < ($1.coverage ?? 0) }) else {
            return
        }
        reads = sequences.reduce(0) { $0 + ($1.reads ?? 0) }
        (breadth, depth, best, isolate) = (most.coverage, most.depth, most.id, most.isolate)
    }
}

extension Finding.Sequence {
    init(_ hit: JSONValue) {
        id = hit.text("id")
        definition = hit.text("definition")
        isolate = hit.named("isolate")
        length = hit["length"]?.countValue
        pi = hit.figure("pi")
        reads = hit.figure("reads")
        coverage = hit.figure("coverage")
        depth = hit.figure("depth")
        depths = hit.list("depths").compactMap(\.numberValue)
            .map { $0.isFinite ? max(0, $0) : 0 }
    }
}
