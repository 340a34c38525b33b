import Foundation
import JobModel

extension ValidationReport {
    /// The text to be read and signed.
    var markdown: String {
        var lines = [
            "# Validation of Jobsync", "",
            "Made on \(date).", "",
            "| | |", "| --- | --- |",
            "| Program | Jobsync \(Program.version) |",
            "| Tools | \(tools.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")) |",
            "| Data | \(plan.samples) made-up samples in \(Wording.count(plan.batches.count, "batch", "batches")), seeds \(plan.batches.first?.seed ?? 0) to \(plan.batches.last?.seed ?? 0) |",
            "| Made again by | `\(command)` |", "",
        ]
        for task in summary.tasks { lines += section(task) }
        lines += Self.method
        return lines.joined(separator: "\n") + "\n"
    }

    private func section(_ task: ValidationSummary.Task) -> [String] {
        var lines = ["## \(task.name)", ""]
        lines += goals(task)
        lines += ["", "### Sensitivity by challenge", ""]
        lines += Self.header([
            "challenge", "detected", "share", "95 % interval", "of these from 20 a kilobase on",
            "share", "95 % interval",
        ])
        lines += task.byChallenge.map { row in
            Self.row([row.all.name] + Self.cells(row.all.share) + Self.cells(row.deep))
        }
        lines += ["", "### Sensitivity by depth", ""]
        lines += Self.header(["reads a kilobase", "detected", "share", "95 % interval"])
        lines += task.byDepth.map { Self.row([$0.name] + Self.cells($0.share)) }
        lines += ["", "### Limit of detection", ""]
        lines += Self.header(["reads", "trials", "detected with 95 %", "95 % interval"])
        lines += task.limits.map { limit in
            switch limit.fit {
            case .failure(let obstacle):
                return Self.row([limit.name, "\(limit.trials)", obstacle.sentence, "–"])
            case .success(let fit):
                let (dose, interval) = fit.dose()
                return Self.row([
                    limit.name, "\(limit.trials)", String(format: "%.1f reads a kilobase", dose),
                    String(format: "%.1f–%.1f", interval.lowerBound, interval.upperBound),
                ])
            }
        }
        lines += missed(task) + wrong(task) + contamination(task)
        return lines + [""]
    }

    private func goals(_ task: ValidationSummary.Task) -> [String] {
        typealias Goals = ValidationSummary.Goals
        func goal(
            _ name: String,
            _ share: BinomialShare,
            _ goal: String,
            _ isReached: Bool
        ) -> String {
            Self.row([name] + Self.cells(share) + [goal, isReached ? "yes" : "**no**"])
        }
        var lines = Self.header(["", "", "share", "95 % interval", "goal", "reached"])
        lines += [
            goal(
                "Viruses from 20 reads a kilobase on that were detected",
                task.sensitivity,
                "≥ 99 %",
                (task.sensitivity.share ?? 0) >= Goals.sensitivity
            ),
            goal(
                "Reported viruses that are not there",
                task.falseDiscoveries,
                "≤ 1 %",
                (task.falseDiscoveries.share ?? 1) <= Goals.falseDiscoveries
            ),
            goal(
                "Hopped contaminations in results that are flagged",
                task.flagged,
                "≥ 95 %",
                (task.flagged.share ?? 1) >= Goals.flagged
            ),
            goal(
                "Analyses that came out the same twice, to the byte",
                task.repeated,
                "all",
                task.repeated.count == task.repeated.total
            ),
        ]
        if !task.failures.isEmpty {
            lines += [
                "", "**\(Wording.count(task.failures.count, "sample")) could not be analysed:**",
                "",
            ]
            lines += task.failures.map { "- \($0.truth.name): \($0.failure ?? "")" }
        }
        return lines
    }

    /// What should have been detected.
    private func missed(_ task: ValidationSummary.Task) -> [String] {
        let missed = outcomes.detections.filter {
            $0.task == task.name && !$0.isDetected
                && $0.planted.perKilobase >= ValidationSummary.Goals.depth
        }
        guard !missed.isEmpty else { return [] }
        return ["", "### Missed from 20 reads a kilobase on", ""]
            + Self.header(["sample", "challenge", "identity", "reads a kilobase", "verdict", "why"])
            + missed.map { outcome in
                Self.row([
                    outcome.sample, outcome.planted.challenge,
                    Self.percent(outcome.planted.identity),
                    String(format: "%.1f", outcome.planted.perKilobase),
                    outcome.reported?.verdict ?? "none",
                    outcome.reported?.reasons.joined(separator: ", ") ?? "no read",
                ])
            }
    }

    private func wrong(_ task: ValidationSummary.Task) -> [String] {
        let wrong = outcomes.absences.filter {
            $0.task == task.name && $0.reported?.isReported == true
        }
        guard !wrong.isEmpty else { return ["", "No virus was reported that is not there."] }
        return ["", "### Reported, but not there", ""]
            + Self.header(["sample", "virus", "cause", "verdict", "reads", "breadth"])
            + wrong.map { outcome in
                Self.row([
                    outcome.sample, outcome.name, outcome.cause.rawValue,
                    outcome.reported?.verdict ?? "",
                    String(format: "%.1f", outcome.reported?.reads ?? 0),
                    Self.percent(outcome.reported?.breadth),
                ])
            }
    }

    private func contamination(_ task: ValidationSummary.Task) -> [String] {
        let hopped = outcomes.absences.filter { $0.task == task.name && $0.cause == .hopped }
        let shares = hopped.compactMap(\.shareOfBatch)
        let most = shares.max().map { String(format: "%.3f %%", $0 * 100) } ?? "–"
        return [
            "", "### Contamination between samples", "",
            "Reads of \(Self.of(task.hoppedSeen)) viruses that strayed into a sample are in its result; of these "
                + "\(Self.of(task.flagged)) have the verdict `weak`. A stray virus had at most \(most) of the reads that the sample "
                + "of the batch with most of it has.",
        ]
    }

    private static func cells(_ share: BinomialShare) -> [String] {
        [of(share), percent(share.share), interval(share)]
    }

    private static func header(_ names: [String]) -> [String] {
        [row(names), row(names.map { _ in "---" })]
    }

    private static func row(_ cells: [String]) -> String {
        "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
    }

    private static let method = [
        "## How it was done", "",
        "Each batch has a made-up host, about twenty made-up viruses and eight samples, one challenge in each; reads "
            + "of all samples were mixed by chance, as on a flow cell. Everything went through a real server, from raw reads to findings.",
        "",
        "- **Detected** is a virus whose verdict is `found` or `uncertain`; `weak` counts as missed.",
        "- **Reads a kilobase** are reads, or pairs, of the virus in the raw files, for 1,000 bases of its genome.",
        "- **Reported, but not there** is everything `found` or `uncertain` that is not in the sample, stray reads and decoys too.",
        "- **Intervals** are Wilson's (J Am Stat Assoc 22:209, 1927), at 95 %.",
        "- **The limit of detection** is the depth that is detected with 95 %, by probit regression on the logarithm of depth "
            + "(Finney, Probit Analysis, 1971; CLSI EP17-A2), its interval by the delta method.",
        "- `expected.tsv` has every virus that was planted, `others.tsv` all else that was said or could have been, `report.json` the figures.",
        "",
        "Made-up data say what a program does with what is in the reads. They say nothing of extraction, of libraries, or of "
            + "viruses that the reference lacks.",
        "", "| Checked by | Date | Signature |", "| --- | --- | --- |", "| | | |",
    ]
}
