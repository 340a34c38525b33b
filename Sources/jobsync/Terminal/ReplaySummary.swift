import Foundation
import JobModel
import JobReplay

/// What a replay has shown, for people.
struct ReplaySummary {
    private let report: ReplayReport
    private let hasColour: Bool
    private let width: Int?

    init(
        _ report: ReplayReport,
        hasColour: Bool = Terminal.hasColour,
        width: Int? = Terminal.isOutput ? Terminal.size.columns : nil
    ) {
        self.report = report
        self.hasColour = hasColour
        self.width = width
    }

    /// The summary line by line.
    var lines: [String] {
        var lines = table.lines(width: width, hasColour: hasColour)
        lines.append("")
        lines.append(
            "\(Wording.count(report.calls, "call")) on "
                + "\(Wording.count(report.connections, "connection")) in "
                + "\(Self.time(report.duration)); the replay itself took "
                + "\(Words.percent(report.processorShare)) of a core"
        )
        if report.skippedLogins > 0 {
            lines.append(
                "\(Wording.count(report.skippedLogins, "login")) left out, for want of a token"
            )
        }
        let compared =
            "\(Wording.count(report.comparedAnswers, "answer")) and the ends of "
            + "\(Wording.count(report.comparedJobs, "job")) compared"
        if report.agrees {
            lines.append("\(compared): \(TextStyle.green("all agree", hasColour: hasColour))")
        } else {
            let count = Wording.count(report.differenceCount, "difference")
            lines.append("\(compared): \(TextStyle.red(count, hasColour: hasColour))")
            lines += report.differences.map { "  \($0.printable)" }
            let more = report.differenceCount - report.differences.count
            if more > 0 { lines.append("  and \(more) more") }
        }
        if !report.isValid {
            lines.append(TextStyle.red("The figures are not valid:", hasColour: hasColour))
            lines += report.problems.map { "  \($0.printable)" }
        }
        return lines
    }

    private var table: Table {
        let figures = ["p50", "p90", "p99", "p99.9", "max"]
        var table = Table(
            columns: [
                Table.Column(title: "", shrinksTo: 12),
                Table.Column(title: "count", isRightAligned: true),
            ] + figures.map { Table.Column(title: $0, isRightAligned: true) }
        )
        for (name, latencies) in report.methods.sorted(by: { $0.key < $1.key }) {
            table.rows.append(row(name, latencies))
        }
        table.rows.append(row("push", report.pushes))
        table.rows.append(row("connect", report.connecting))
        return table
    }

    private func row(_ name: String, _ latencies: Latencies) -> [Table.Cell] {
        let percentiles = [50, 90, 99, 99.9, 100].map { latencies.percentile($0) }
        let times = percentiles.map { latencies.count == 0 ? "-" : Self.time($0) }
        return ([name, "\(latencies.count)"] + times).map { Table.Cell($0) }
    }

    /// A time with three digits: `0.42 ms`, `12.3 ms`, `1.20 s`.
    static func time(_ duration: Duration) -> String {
        let milliseconds = duration / .milliseconds(1)
        switch milliseconds {
        case ..<10: return String(format: "%.2f ms", milliseconds)
        case ..<100: return String(format: "%.1f ms", milliseconds)
        case ..<1000: return String(format: "%.0f ms", milliseconds)
        default: return String(format: "%.2f s", milliseconds / 1000)
        }
    }
}
