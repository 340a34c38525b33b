public import JSON

/// What a replay has shown.
public struct ReplayReport: Sendable {
    /// How many differences are kept in words.
    public static let shownDifferences = 20

    /// Connections that were made, over all copies.
    public internal(set) var connections = 0
    /// Calls that were sent.
    public internal(set) var calls = 0
    /// Answers that came.
    public internal(set) var answers = 0
    /// Answers that were compared with recorded ones.
    public internal(set) var comparedAnswers = 0
    /// Jobs whose end was compared.
    public internal(set) var comparedJobs = 0
    /// Logins that were left out, because no token was given.
    public internal(set) var skippedLogins = 0
    /// How many differences there were.
    public private(set) var differenceCount = 0
    /// The first of them, for people.
    public private(set) var differences: [String] = []
    /// Why the figures are not to be believed; empty if they are.
    public private(set) var problems: [String] = []
    /// From sending a call to its answer, by method.
    public internal(set) var methods: [String: Latencies] = [:]
    /// From the beginning of a connection to its being open.
    public internal(set) var connecting = Latencies()
    /// From sending a call that changed something to the push that told of it.
    public internal(set) var pushes = Latencies()
    /// How much later than planned messages were sent.
    public internal(set) var lateness = Latencies()
    /// From the first connection to the last answer.
    public internal(set) var duration = Duration.zero
    /// The processor time that the replay itself took meanwhile.
    public internal(set) var processorTime = Duration.zero

    init() {}

    /// Whether answers and jobs were as recorded.
    public var agrees: Bool { differenceCount == 0 }
    /// Whether the figures can be believed.
    public var isValid: Bool { problems.isEmpty }

    mutating func note(difference: String) {
        differenceCount += 1
        if differences.count < Self.shownDifferences { differences.append(difference) }
    }

    mutating func note(problem: String) {
        if !problems.contains(problem) { problems.append(problem) }
    }

    /// The report for programs; times are in milliseconds.
    public var document: JSONObject {
        var methods: JSONObject = [:]
        for (name, latencies) in self.methods.sorted(by: { $0.key < $1.key }) {
            methods[name] = .object(latencies.document)
        }
        return [
            "agrees": .bool(agrees), "valid": .bool(isValid),
            "problems": .array(problems.map { .string($0) }),
            "differences": .integer(differenceCount),
            "first_differences": .array(differences.map { .string($0) }),
            "connections": .integer(connections), "calls": .integer(calls),
            "answers": .integer(answers), "compared_answers": .integer(comparedAnswers),
            "compared_jobs": .integer(comparedJobs), "skipped_logins": .integer(skippedLogins),
            "duration": .number((duration / .microseconds(1)).rounded() / 1000),
            "processor_time": .number((processorTime / .microseconds(1)).rounded() / 1000),
            "processor_share": .number((processorShare * 1000).rounded() / 1000),
            "methods": .object(methods), "connect": .object(connecting.document),
            "push": .object(pushes.document), "lateness": .object(lateness.document),
        ]
    }
}
