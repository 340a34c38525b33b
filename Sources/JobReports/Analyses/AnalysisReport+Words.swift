import JSON
import JobModel

/// How many reads were left after a step.
struct FunnelStep {
    let name: String
    let count: Int
}

extension AnalysisReport {
    /// What was found, in a sentence that cannot be misread.
    var statement: String {
        switch kind {
        case .viruses: virusesStatement
        case .contigs: contigsStatement
        case .other: "What \(algorithm) made of the sample."
        }
    }

    private var virusesStatement: String {
        let findings = Finding.all(in: document)
        guard !findings.isEmpty else { return "No virus was found in this sample." }
        func count(_ verdicts: Finding.Verdict...) -> Int {
            findings.count { verdicts.contains($0.verdict) }
        }
        let sure = count(.found)
        let unjudged = count(.unjudged)
        var parts: [String] = []
        if unjudged == 0 || sure > 0 {
            parts.append(
                sure == 0
                    ? "No virus was found for sure"
                    : "\(Wording.count(sure, "virus", "viruses")) \(sure == 1 ? "was" : "were") found"
            )
        }
        if unjudged > 0 {
            let viruses = Wording.count(unjudged, "virus", "viruses")
            parts.append("reads of \(viruses) were found, which nobody judged")
        }
        let uncertain = count(.uncertain)
        if uncertain > 0 {
            parts.append("\(Wording.count(uncertain)) \(uncertain == 1 ? "is" : "are") uncertain")
        }
        let weak = count(.weak)
        if weak > 0 {
            parts.append("\(Wording.count(weak)) \(weak == 1 ? "has" : "have") weak support only")
        }
        return Self.sentence(parts.joined(separator: "; "))
    }

    private var contigsStatement: String {
        let all = Contig.all(in: document)
        let contigs = all.filter(\.isLikeVirus)
        let near = all.count { !$0.isLikeVirus && !["unknown", ""].contains($0.verdict) }
        let others =
            near == 0
            ? ""
            : " \(Wording.count(near, "other contig")) \(near == 1 ? "is" : "are") near to a known virus."
        guard !contigs.isEmpty else {
            return "No contig that looks like a virus was found." + others
        }
        func count(_ verdict: String) -> Int { contigs.count { $0.verdict == verdict } }
        let begin =
            "\(Wording.count(contigs.count, "contig")) \(contigs.count == 1 ? "looks" : "look") like a virus"
        let parts = [
            ("unknown", "unknown"), ("related", "related to a known virus"),
            ("known", "of a known virus"),
        ].compactMap { verdict, words in
            count(verdict) == 0 ? nil : "\(Wording.count(count(verdict))) \(words)"
        }
        let end = parts.isEmpty ? "." : ": \(parts.joined(separator: ", "))."
        return begin + end + others
    }

    private static func sentence(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst() + "."
    }

    /// Which viruses are found, and which uncertain, by their names; nil if there are none, or too many for a line.
    var names: String? {
        let findings = Finding.all(in: document)
        let parts = [(Finding.Verdict.found, "Found"), (.uncertain, "Uncertain")].compactMap {
            verdict,
            title -> String? in
            let names = findings.filter { $0.verdict == verdict }.map(\.name)
            guard !names.isEmpty else { return nil }
            let more =
                names.count > Self.mostNames ? " and \(names.count - Self.mostNames) more" : ""
            return "\(title): \(names.prefix(Self.mostNames).joined(separator: ", "))\(more)."
        }
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }

    /// So many viruses are named under the statement.
    private static let mostNames = 10

    /// What is counted, for pairs count once; analyses of earlier versions leave it to their samples to tell.
    var unit: String {
        switch (document["paired"] ?? sample?.document["paired"])?.boolValue {
        case true?: "pairs"
        case false?: "reads"
        case nil: "reads or pairs"
        }
    }

    /// How many reads were left after each step, from the sequencer on.
    var funnel: [FunnelStep] {
        var steps: [FunnelStep] = []
        func add(_ name: String, _ count: Int?) {
            if let count { steps.append(FunnelStep(name: name, count: count)) }
        }
        add("reads as sequenced", sample?.document["trimmed"]?["raw_reads"]?.countValue)
        add("reads left after trimming", sample?.document["quality"]?["count"]?.countValue)
        switch kind {
        case .viruses:
            add("\(unit) searched", document["sample_reads"]?.countValue)
            let left = document["read_count"]?.countValue
            let host = document["subtracted_count"]?.countValue ?? 0
            add("of these fit a sequence of a virus", left.map { $0 + host })
            add("of these were left, not the host’s", left)
        case .contigs:
            add("of these fit neither a known virus nor a host", document["read_count"]?.countValue)
        case .other: break
        }
        return steps
    }
}
