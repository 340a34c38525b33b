package import JSON

/// A virus of which reads were found, as an analysis tells of it.
package struct Finding {
    /// A sequence of its that reads lie on.
    package struct Sequence {
        package let id: String
        package let definition: String
        package let isolate: String
        package let length: Int?
        /// Its weight in the mixture of all sequences.
        package let pi: Double?
        package let reads: Double?
        package let coverage: Double?
        package let depth: Double?
        /// The mean depth of parts of equal length.
        package let depths: [Double]
    }

    /// How sure it is, from the surest on.
    package enum Verdict: String, CaseIterable {
        case found
        case uncertain
        case weak
        /// Analyses of earlier versions did not judge.
        case unjudged

        /// In the order in which they are told.
        static let told: [Verdict] = [.found, .unjudged, .uncertain, .weak]
    }

    package let id: String
    package let name: String
    package let abbreviation: String
    package let verdict: Verdict
    /// In words.
    package let reasons: [String]
    /// The same as programs call them.
    package let reasonCodes: [String]
    package private(set) var reads: Double?
    package let share: Double?
    package private(set) var breadth: Double?
    package private(set) var depth: Double?
    /// The id of the sequence that breadth and depth are of.
    package private(set) var best: String
    package private(set) var isolate: String
    package private(set) var sequences: [Sequence] = []

    /// The findings of an analysis, the surest first.
    package static func all(in document: JSONValue) -> [Finding] {
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
        reasonCodes = value.list("reasons").map { $0.text("code") }.filter { !$0.isEmpty }
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
        reasonCodes = []
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
