import Foundation
import JSON
import JobModel

/// What a laboratory puts into its folder: a text to sign, tables, and a document for programs.
///
/// All of it is the same to the byte for the same options, programs and tools, but for the date.
struct ValidationReport {
    let plan: ValidationPlan
    /// The command line that makes it again.
    let command: String
    /// The day, for the one line that is not the same every time.
    let date: String
    let outcomes: ValidationOutcomes
    let summary: ValidationSummary
    let tools: [String: String]

    /// Writes all files.
    ///
    /// - Parameter folder: Where to; files of an earlier report are replaced.
    /// - Throws: What cannot be written.
    func write(to folder: String) throws(CommandFailure) {
        let files = [
            ("report.md", markdown), ("report.json", JSONText.line(document)),
            ("expected.tsv", expected), ("others.tsv", others),
        ]
        for (name, text) in files {
            do {
                try Data(text.utf8).write(
                    to: URL(fileURLWithPath: "\(folder)/\(name)"),
                    options: .atomic
                )
            } catch {
                throw CommandFailure(.failed, "\(folder)/\(name): \(reason(of: error))")
            }
        }
    }

    // MARK: Numbers

    static func percent(_ share: Double?) -> String {
        share.map { String(format: "%.1f %%", $0 * 100) } ?? "–"
    }

    static func interval(_ share: BinomialShare) -> String {
        share.interval.map {
            String(format: "%.1f–%.1f %%", $0.lowerBound * 100, $0.upperBound * 100)
        } ?? "–"
    }

    static func of(_ share: BinomialShare) -> String { "\(share.count) of \(share.total)" }

    // MARK: For programs

    var document: JSONObject {
        func value(_ share: BinomialShare) -> JSONValue {
            [
                "count": .integer(share.count), "total": .integer(share.total),
                "share": share.share.map { .number($0) } ?? .null,
                "low": share.interval.map { .number($0.lowerBound) } ?? .null,
                "high": share.interval.map { .number($0.upperBound) } ?? .null,
            ]
        }
        func value(_ fit: Result<ProbitFit, ProbitFit.Obstacle>) -> JSONObject {
            switch fit {
            case .failure(let obstacle): return ["note": .string(obstacle.sentence)]
            case .success(let fit):
                let limit = fit.dose()
                return [
                    "limit": .number(limit.dose), "low": .number(limit.interval.lowerBound),
                    "high": .number(limit.interval.upperBound),
                    "intercept": .number(fit.intercept), "slope": .number(fit.slope),
                ]
            }
        }
        return [
            "version": .string(Program.version), "date": .string(date),
            "command": .string(command), "samples": .integer(plan.samples),
            "tools": .object(
                JSONObject(
                    uniqueKeysWithValues: tools.sorted { $0.key < $1.key }
                        .map { ($0.key, .string($0.value)) }
                )
            ),
            "tasks": .array(
                summary.tasks.map { task in
                    [
                        "task": .string(task.name), "goals_reached": .bool(task.reachesGoals),
                        "sensitivity": value(task.sensitivity),
                        "false_discoveries": value(task.falseDiscoveries),
                        "hopped_flagged": value(task.flagged),
                        "hopped_seen": value(task.hoppedSeen), "repeated": value(task.repeated),
                        "by_challenge": .array(
                            task.byChallenge.map { row in
                                [
                                    "challenge": .string(row.all.name),
                                    "all": value(row.all.share), "deep": value(row.deep),
                                ]
                            }
                        ),
                        "by_depth": .array(
                            task.byDepth.map { row in
                                ["depth": .string(row.name), "all": value(row.share)]
                            }
                        ),
                        "limits": .array(
                            task.limits.map { limit in
                                var members = value(limit.fit)
                                members["reads"] = .string(limit.name)
                                members["trials"] = .integer(limit.trials)
                                return .object(members)
                            }
                        ),
                        "failures": .array(
                            task.failures.map { failed in
                                [
                                    "sample": .string(failed.truth.name),
                                    "reason": .string(failed.failure ?? ""),
                                ]
                            }
                        ),
                    ]
                }
            ),
        ]
    }

    // MARK: Tables

    /// What is in samples, and whether it was found.
    var expected: String {
        let names = [
            "task", "batch", "seed", "library", "sample", "challenge", "virus", "identity",
            "fragments", "per_kilobase", "verdict", "reasons", "reads", "breadth", "detected",
        ]
        return Self.table(
            names,
            outcomes.detections.map { outcome in
                [
                    outcome.task, "\(outcome.batch.number)", "\(outcome.batch.seed)",
                    outcome.batch.library.rawValue, outcome.sample, outcome.planted.challenge,
                    outcome.planted.name,
                    outcome.planted.identity.map { String(format: "%.4f", $0) } ?? "",
                    "\(outcome.planted.fragments)",
                    String(format: "%.2f", outcome.planted.perKilobase),
                ] + Self.columns(outcome.reported) + [outcome.isDetected ? "yes" : "no"]
            }
        )
    }

    /// What is not in samples, and what was said of it.
    var others: String {
        let names = [
            "task", "batch", "seed", "library", "sample", "cause", "virus", "fragments", "verdict",
            "reasons", "reads", "breadth", "share_of_batch", "reported",
        ]
        return Self.table(
            names,
            outcomes.absences.map { outcome in
                [
                    outcome.task, "\(outcome.batch.number)", "\(outcome.batch.seed)",
                    outcome.batch.library.rawValue, outcome.sample, outcome.cause.rawValue,
                    outcome.name, "\(outcome.fragments)",
                ] + Self.columns(outcome.reported) + [
                    outcome.shareOfBatch.map { String(format: "%.5f", $0) } ?? "",
                    outcome.reported?.isReported == true ? "yes" : "no",
                ]
            }
        )
    }

    private static func columns(_ reported: ReportedVirus?) -> [String] {
        guard let reported else { return ["none", "", "", ""] }
        return [
            reported.verdict, reported.reasons.joined(separator: ","),
            String(format: "%.1f", reported.reads), String(format: "%.4f", reported.breadth),
        ]
    }

    private static func table(_ names: [String], _ rows: [[String]]) -> String {
        ([names] + rows).map { $0.joined(separator: "\t") + "\n" }.joined()
    }
}

extension ProbitFit.Obstacle {
    /// In words.
    var sentence: String {
        func dose(_ value: Double) -> String { String(format: "%.2f", value) }
        switch self {
        case .tooFew: return "too few depths"
        case .allDetected(let low): return "all were detected, down to \(dose(low))"
        case .noneDetected(let high): return "none was detected, up to \(dose(high))"
        case .separated(let missed, let detected):
            return
                "between \(dose(missed)), the last one missed, and \(dose(detected)), from which on "
                + "all were detected"
        case .noTrend: return "deeper ones are not detected more often"
        }
    }
}
