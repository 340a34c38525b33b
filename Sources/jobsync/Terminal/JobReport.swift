import JSON
import JobModel

/// All about a job, for people.
struct JobReport {
    let job: Job
    /// The names of the task's stages in their order.
    let stages: [String]
    /// Why the job waits, as `jobs.detail` says it.
    let queue: JSONValue?
    /// How many attempts at the job there are at most.
    var attempts = 1
    /// The whole result, where the job's own leaves members out.
    var document: JSONObject?
    let now: Timestamp

    /// The report line by line.
    func lines(hasColour: Bool) -> [String] {
        var lines = heading(hasColour: hasColour)
        if let wait = reasonToWait { lines.append(Self.fact("waits", wait)) }
        if job.attempt > 1 || attempts > 1 {
            lines.append(Self.fact("attempt", "\(job.attempt) of \(max(attempts, job.attempt))"))
        }
        for restart in job.status.compactMap(\.restart) {
            lines.append(Self.fact("", Self.words(for: restart)))
        }
        if !job.args.isEmpty { lines += section("arguments", arguments) }
        lines += section("stages", stageLines(hasColour: hasColour))
        if let error = job.current.error {
            lines += section("error", [error.message.printable])
            if !error.log.isEmpty { lines += section("last lines", error.log.map(\.printable)) }
        }
        let warnings = (job.result?["warnings"]?.arrayValue ?? []).compactMap(\.stringValue)
        if !warnings.isEmpty { lines += section("warnings", warnings.map(\.printable)) }
        let tables = AnalysisReport.lines(document ?? job.result?.objectValue ?? [:])
        if !tables.isEmpty {
            lines += tables + section("result", DataReport.brief(job.result?.objectValue ?? [:]))
        } else if let result = job.result {
            lines += section("result", Words.pretty(result).split(separator: "\n").map(String.init))
        }
        return lines
    }

    private func heading(hasColour: Bool) -> [String] {
        let state = job.state.style(job.state.rawValue, hasColour: hasColour)
        let archived = job.archived ? ", archived" : ""
        var lines = [
            "\(TextStyle.bold(job.id.rawValue, hasColour: hasColour))  \(job.task)  "
                + "\(state)\(archived)  \(Words.percent(job.current.progress))",
            Self.fact("user", job.username),
            Self.fact("asks for", asked),
            Self.fact("added", "\(Words.date(job.added)), \(Words.duration(now - job.added)) ago"),
        ]
        if job.state.isFinal {
            let length = Words.duration(job.current.date - job.added)
            lines.append(Self.fact("ended", "\(Words.date(job.current.date)), after \(length)"))
        }
        if let cancellation = job.current.cancellation {
            let by = cancellation.username.map { "by \($0)" }
            let said = [by, cancellation.reason].compactMap(\.self)
            lines.append(Self.fact("cancelled", said.joined(separator: ": ")))
        }
        if let usage = job.usage {
            let time = Words.duration(.milliseconds(Int(usage.cpuSeconds * 1000)))
            let memory = usage.peakMemory.map { ", at most \(Words.bytes($0))" } ?? ""
            lines.append(Self.fact("used", "\(time) of processor time\(memory)"))
        }
        return lines
    }

    private var asked: String {
        let priority = job.priority == 0 ? "" : ", priority \(job.priority)"
        return Wording.count(job.resources.proc, "core") + ", \(job.resources.mem) GB\(priority)"
    }

    /// What came of a start.
    private static func words(for restart: JobRestart) -> String {
        guard restart.cause == nil else {
            return "attempt \(restart.attempt) failed: \(restart.message)"
        }
        let times = restart.times == 1 ? "" : " \(restart.times) times"
        return "could not be started\(times): \(restart.message)"
    }

    private var reasonToWait: String? {
        guard let queue, !queue.isNull else { return nil }
        let line = queue["line"]?.stringValue == "task" ? " in its task's line" : ""
        let place = queue["position"]?.integerValue.map { " (place \($0)\(line))" } ?? ""
        return queue.text("detail") + place
    }

    private var arguments: [String] {
        job.args.map { name, value in
            "\(name) = \(value.stringValue ?? value.description)".printable
        }
    }

    // MARK: Stages

    private func stageLines(hasColour: Bool) -> [String] {
        let times = stageTimes
        // A stage that the task does not have any more still has its place in the history.
        let past = times.map(\.name).filter { !stages.contains($0) }
        let names = past + stages
        let width = names.reduce(0) { max($0, $1.columns) }
        return names.map { name in
            let padded = name.padded(to: width)
            guard let time = times.last(where: { $0.name == name }) else {
                return TextStyle.dim("  \(name)", hasColour: hasColour)
            }
            let length = Words.duration(time.length)
            guard name == job.current.stage, job.state != .complete else {
                return "✓ \(padded)  \(length)"
            }
            let mark = job.state.isFinal ? "✗" : "▸"
            return job.state.style("\(mark) \(padded)  \(length)", hasColour: hasColour)
        }
    }

    /// How long each stage took, from the entry that reached it to the next one that left it.
    private var stageTimes: [(name: String, length: Duration)] {
        var times: [(name: String, length: Duration)] = []
        for (index, entry) in job.status.enumerated() {
            guard let name = entry.stage, times.last?.name != name else { continue }
            let next = job.status[(index + 1)...].first { $0.stage != name || $0.state.isFinal }
            times.append((name, (next?.date ?? now) - entry.date))
        }
        return times
    }

    // MARK: Layout

    private static func fact(_ name: String, _ value: String) -> String {
        "  \(name.padded(to: 10))\(value.printable)"
    }

    private func section(_ name: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : ["", name] + lines.map { "  \($0)" }
    }
}
