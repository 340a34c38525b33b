import ArgumentParser
import JSON
import JobModel

/// Which jobs are meant.
struct FilterOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Only jobs in this state: \(JobState.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "state"
        ),
        completion: .list(JobState.allCases.map(\.rawValue))
    )
    var state: [String] = []

    @Option(name: .shortAndLong, help: ArgumentHelp("Only jobs of this task.", valueName: "task"))
    var task: [String] = []

    @Option(name: .shortAndLong, help: ArgumentHelp("Only jobs of this user.", valueName: "user"))
    var user: [String] = []

    func validate() throws {
        for name in Self.parts(state) where JobState(rawValue: name) == nil {
            let names = JobState.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--state: there is no state \"\(name)\"; states are \(names)")
        }
    }

    /// The filter as the protocol wants it.
    var document: JSONObject {
        var document: JSONObject = [:]
        for (name, texts) in [("state", state), ("task", task), ("username", user)] {
            let values = Self.parts(texts)
            if !values.isEmpty { document[name] = .array(values.map { .string($0) }) }
        }
        return document
    }

    /// An option may be given several times, or several values at once.
    private static func parts(_ texts: [String]) -> [String] {
        // By bytes: a comma before a combining mark is a comma.
        texts.flatMap {
            $0.utf8.split(separator: UInt8(ascii: ",")).map { String(Substring($0)) }
        }
    }
}
