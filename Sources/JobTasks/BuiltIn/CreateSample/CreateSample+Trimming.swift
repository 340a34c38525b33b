import JSON
import JobModel
import Sequences
import SystemPackage

extension CreateSample {
    /// What the trimming came to.
    struct Trimming {
        let plan: TrimmingPlan
        let statistics: [QualityStatistics]
        var outcome = TrimmingOutcome()
    }

    func trimReads() async throws(TaskFailure) {
        let plan = try TrimmingPlan(
            context.args,
            isPaired: isPaired,
            longest: survey.longest,
            adapters: survey.adapters
        )
        for warning in plan.warnings { warn(warning) }
        let inputs = isPaired ? ["raw_1.fastq", "raw_2.fastq"] : ["raw.fastq"]
        let flow = try TrimmingFlow(
            raw,
            encodings: survey.encodings,
            cutting: plan.randomBases,
            inputs: inputs,
            outputs: isPaired
                ? ["reads-trimmed-pair1.fastq", "reads-trimmed-pair2.fastq"]
                : ["reads-trimmed.fastq"],
            names: Self.names.prefix(isPaired ? 2 : 1).map { "sample/\($0)" },
            in: context
        )
        var skewer = Tool(
            plan.command(isPaired: isPaired, threads: context.threads) + ["-o", "reads"] + inputs
        )
        skewer.files = [FilePath(Self.trimLog)]
        // It ends with exit code 0 even if it could not read on.
        skewer.forbidden = ["Malformed fastq", "unexpected end of file", "^[Ee]rror"]
        let (count, kept) = try await flow.run { () async throws(TaskFailure) in
            try await context.run(skewer)
        }
        guard count == survey.count else {
            throw .task("the raw files were changed while they were read")
        }
        trimming = Trimming(plan: plan, statistics: kept.map(\.statistics))
        for (file, kept) in zip(raw.lanes.first?.files ?? [], kept) {
            for warning in plan.warnings(about: kept.ending) { warn("\(file.name): \(warning)") }
        }
    }

    private static let trimLog = "reads-trimmed.log"

    func saveTrimmed() async throws(TaskFailure) {
        guard let trimming else { preconditionFailure("the stages run in order") }
        let log = context.work.appending(Self.trimLog)
        let outcome: TrimmingOutcome
        do {
            outcome = try TrimmingOutcome(ofLog: Files.read(log), isPaired: isPaired)
            try Files.move(log, to: folder.appending("trim.log"))
        } catch let error as TaskFailure {
            throw error
        } catch {
            throw .task("the log of trimming cannot be moved: \(error)")
        }
        try check(outcome, against: trimming.statistics.map(\.count))
        self.trimming?.outcome = outcome
        guard outcome.kept > 0 else {
            // What is odd about the files may be why.
            let oddities = warnings.map { "; \($0)" }.joined()
            throw .task(
                "no read is left after trimming: \(outcome.losses(trimming.plan))\(oddities)"
            )
        }
        if outcome.kept * 2 < outcome.processed {
            warn("less than half of the reads are left: \(outcome.losses(trimming.plan))")
        }
    }

    /// Compares what the tool says that it has read and left with what there was to be read and what came.
    private func check(_ outcome: TrimmingOutcome, against kept: [Int]) throws(TaskFailure) {
        guard outcome.processed == survey.count else {
            throw .task(
                "skewer ended without an error, but processed \(outcome.processed) "
                    + "of \(survey.count) reads"
            )
        }
        guard kept.reduce(0, +) == outcome.kept, Set(kept).count == 1 else {
            throw .task(
                "skewer says that it has left \(outcome.kept) reads, but wrote "
                    + kept.map { "\($0)" }.joined(separator: " and ")
            )
        }
    }
}

/// What became of the reads, as the tool's log says.
struct TrimmingOutcome {
    /// How many reads were looked at; of pairs both mates count here and below.
    private(set) var processed = 0
    private(set) var kept = 0
    /// How many were, or became, shorter than wanted, or have a mate that did.
    private(set) var tooShort = 0
    /// How many have a mean quality that is too low, of pairs of both mates.
    private(set) var tooBad = 0

    init() {}

    /// Reads the tool's log.
    ///
    /// - Parameters:
    ///   - log: What is in it.
    ///   - isPaired: Whether it counts pairs.
    /// - Throws: That it does not tell what became of the reads.
    init(ofLog log: [UInt8], isPaired: Bool) throws(TaskFailure) {
        let text = String(decoding: log, as: UTF8.self)
        let unit = isPaired ? 2 : 1
        func count(_ pattern: Regex<(Substring, Substring)>) -> Int? {
            text.firstMatch(of: pattern).flatMap { Int($0.output.1) }.map { $0 * unit }
        }
        guard let processed = count(/(\d+) read(?:s| pairs) processed/),
            let kept = count(/(\d+) \([^)]*\) read(?:s| pairs) available[;.]/)
        else { throw .task("skewer does not say what has become of the reads") }
        self.processed = processed
        self.kept = kept
        tooBad = count(/(\d+) \([^)]*\) read(?:s| pairs) filtered out by quality control/) ?? 0
        tooShort = processed - kept - tooBad
    }

    /// Why reads are not left, and what can be done about it.
    func losses(_ plan: TrimmingPlan) -> String {
        var reasons: [String] = []
        var advice: [String] = []
        if tooShort > 0 {
            reasons.append(
                "\(tooShort) are too short, with less than \(plan.minimumLength) bases after trimming"
            )
            if plan.libraryType != .srna { advice.append("library_type: srna for small RNA") }
            advice.append("a lower min_length")
        }
        if tooBad > 0 {
            reasons.append("\(tooBad) are too bad, with a mean quality below \(plan.meanQuality)")
        }
        if plan.quality > 0 { advice.append("a lower quality") }
        return "of \(processed) reads \(reasons.joined(separator: " and ")); "
            + "what may help is \(advice.joined(separator: ", "))"
    }

    /// What became of the reads, as the sample's document tells it.
    var document: JSONObject {
        [
            "raw_reads": .integer(processed), "kept_reads": .integer(kept),
            "too_short": .integer(tooShort), "too_bad": .integer(tooBad),
        ]
    }
}
