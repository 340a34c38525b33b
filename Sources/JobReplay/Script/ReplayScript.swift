import JSON
public import JobRecording

/// What clients said in a recording, and what came of it.
public struct ReplayScript: Sendable {
    /// A message that a client sent.
    struct Step: Sendable {
        let time: Duration
        /// As it was recorded; a string was not JSON.
        let message: JSONValue
        var calls: [RecordedCall]
    }

    /// One connection.
    struct Client: Sendable {
        let number: Int
        let opened: Duration
        var closed: Duration?
        var steps: [Step] = []
        /// How many connections had been closed when this one was opened.
        var predecessors = 0
        /// Which connection this was to be closed, from 0; nil if it was open at the end.
        var closing: Int?

        var logsIn: Bool {
            steps.contains { step in
                step.calls.contains {
                    $0.method == "session.authenticate" && $0.outcome?.result != nil
                }
            }
        }

        var subscribes: Bool {
            steps.contains { $0.calls.contains { $0.method == "jobs.subscribe" } }
        }
    }

    /// How a job ended in the recording.
    enum End: Hashable, Sendable {
        case ended(state: String, task: String, isArchived: Bool)
        case removed
    }

    /// The history that positions in the recording belong to.
    let epoch: String
    /// Connections in the order in which they were opened.
    let clients: [Client]
    /// Jobs that were made in the recording and shown to have ended, by id.
    let ends: [String: End]
    /// When the first event was; nobody waits for it.
    let start: Duration
    /// From the first event to the last.
    let duration: Duration
    /// Why the recording cannot be trusted.
    public let problems: [String]

    /// The number of connections.
    public var connections: Int { clients.count }
    /// The number of calls.
    public var calls: Int {
        clients.reduce(0) { $1.steps.reduce($0) { $0 + $1.calls.count } }
    }

    /// Understands a recording.
    ///
    /// - Parameter log: The recording.
    public init(_ log: MessageLog) {
        var reader = ScriptReader()
        for entry in log.entries { reader.take(entry) }
        epoch = log.header.epoch
        clients = reader.order.compactMap { reader.clients[$0] }
        ends = reader.ends.filter { reader.made.contains($0.key) }
        start = log.entries.first?.time ?? .zero
        // Not below zero, even if the clock went back.
        duration = max(.zero, (log.entries.last?.time ?? start) - start)
        var problems: [String] = []
        if let damage = log.damage {
            problems.append("the recording was not read to its end: \(damage)")
        }
        if let backwards = log.backwards { problems.append("the recording's \(backwards)") }
        if reader.strayAnswers > 0 {
            problems.append(
                "the recording has more answers than calls: \(reader.strayAnswers) that nobody "
                    + "asked for"
            )
        }
        self.problems = problems
    }
}
