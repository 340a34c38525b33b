import JSON
import JobManagement
import JobModel
import JobProtocol

extension RPCError {
    /// Nobody will read it.
    static let connectionClosed = RPCError(.unavailable, "the connection is closed")

    /// Says to a client what the manager refused.
    init(_ error: JobManagerError) {
        switch error {
        case .unknownTask(let task, let suggestion):
            let hint = suggestion.map { "; did you mean \"\($0)\"?" } ?? ""
            self.init(
                .notFound,
                "there is no task \"\(task)\"\(hint)",
                details: ["task": .string(task)]
            )
        case .taskUnavailable(let task, let reason):
            self.init(.unavailable, "\(task): \(reason)", details: ["task": .string(task)])
        case .badArguments(let field, let message):
            self.init(
                .badArguments,
                "\(field): \(message)",
                details: ["field": .string(field)]
            )
        case .notFound(let id): self = .noSuchJob(id.rawValue)
        case .conflict(let id, let differs):
            self.init(
                .conflict,
                "the job \"\(id)\" exists and has another \(differs)",
                details: ["_id": .string(id.rawValue), "field": .string(differs)]
            )
        case .badState(let id, let state):
            self.init(
                .badState,
                "the job \"\(id)\" is \(state.rawValue)",
                details: ["_id": .string(id.rawValue), "state": .string(state.rawValue)]
            )
        case .storeUnavailable:
            self.init(
                .unavailable,
                "the store does not answer; whether this was done is not known",
                details: ["after": 1000],
                retry: true
            )
        case .filesUnavailable:
            self.init(
                .unavailable,
                "the file system on which the arguments' files lie does not answer; "
                    + "no job was made",
                details: ["after": 1000],
                retry: true
            )
        case .storeTakesNothing(let cause):
            self.init(
                .unavailable,
                "the store takes no changes, and nothing was done: \(cause)",
                details: ["after": 2000],
                retry: true
            )
        case .draining:
            self.init(
                .draining,
                "the server is about to restart",
                details: ["after": 2000],
                retry: true
            )
        }
    }
}
