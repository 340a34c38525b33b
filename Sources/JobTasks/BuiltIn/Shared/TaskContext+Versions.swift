import JSON
import JobModel

extension TaskContext {
    /// How each tool is asked for its version.
    private static let questions = [
        "bowtie2-align-s": ["--version"], "bowtie2-build": ["--version"], "snap-aligner": [],
        "skewer": ["--version"], "spades.py": ["--version"], "hmmscan": ["-h"],
        "blastn": ["-version"],
    ]

    /// Asks tools for their versions, for the log and for the document of what they make.
    ///
    /// - Parameter tools: The tools' names; those that have no version of their own are left out.
    /// - Returns: The versions by the tools' names.
    /// - Throws: That a tool cannot be run.
    func versions(of tools: [String]) async throws(TaskFailure) -> JSONObject {
        var versions: JSONObject = [:]
        for name in tools {
            guard let question = Self.questions[name] else { continue }
            var tool = Tool([name] + question)
            // SNAP has no such question; it says its version before its usage, and fails.
            tool.exitCodes = [0, 1]
            tool.keptLines = 3
            tool.isLogged = false
            let lines = try await run(tool)
            let version = lines.lazy.compactMap { $0.firstMatch(of: /\d+(\.\d+)+/) }.first
            let text = version.map { String($0.output.0) } ?? lines.first ?? ""
            versions[name] = .string(text)
            log("\(name) \(text)")
        }
        return versions
    }
}
