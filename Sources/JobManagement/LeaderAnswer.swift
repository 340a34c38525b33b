import JSON
import JobModel

/// What came of a call that the leader performed.
enum LeaderAnswer: Sendable {
    case made(NewJobAnswer)
    case acted(JobActionAnswer)
    case done
}

// MARK: - As an answer of the store

extension Result<LeaderAnswer, JobManagerError> {
    var document: JSONValue {
        switch self {
        case .success(.made(let answer)):
            [
                "made": .string(answer.id.rawValue), "version": .integer(answer.version),
                "seq": .integer(answer.seq), "created": .bool(answer.created),
            ]
        case .success(.acted(let answer)):
            ["jobs": .object(answer.documents), "seq": .integer(answer.seq)]
        case .success(.done): [:]
        case .failure(let error): ["error": .object(error.document)]
        }
    }

    /// Reads an answer; what cannot be read counts as the store's fault.
    init(document: JSONValue) {
        if let error = document["error"] {
            self = .failure(JobManagerError(document: error))
        } else if let jobs = document["jobs"]?.objectValue {
            let seq = document["seq"]?.countValue ?? 0
            self = .success(.acted(JobActionAnswer(documents: jobs, seq: seq)))
        } else if let id = document["made"]?.stringValue.flatMap({ JobID($0) }) {
            let answer = NewJobAnswer(
                id: id,
                version: document["version"]?.countValue ?? 0,
                seq: document["seq"]?.countValue ?? 0,
                created: document["created"]?.boolValue ?? true
            )
            self = .success(.made(answer))
        } else {
            self = .success(.done)
        }
    }
}

extension JobActionAnswer {
    fileprivate var documents: JSONObject {
        var documents: JSONObject = [:]
        for (id, outcome) in jobs {
            documents[id.rawValue] =
                switch outcome {
                case .success(let outcome): .string(outcome.rawValue)
                case .failure(let error): .object(error.document)
                }
        }
        return documents
    }

    fileprivate init(documents: JSONObject, seq: Int) {
        var jobs: [JobID: Result<JobActionOutcome, JobManagerError>] = [:]
        for (text, document) in documents {
            guard let id = JobID(text) else { continue }
            if let outcome = document.stringValue.flatMap(JobActionOutcome.init) {
                jobs[id] = .success(outcome)
            } else {
                jobs[id] = .failure(JobManagerError(document: document))
            }
        }
        self.init(jobs: jobs, seq: seq)
    }
}

extension JobManagerError {
    /// The error as one server tells it to another.
    var document: JSONObject {
        switch self {
        case .unknownTask(let task, let suggestion):
            var document: JSONObject = ["code": "unknown_task", "task": .string(task)]
            document["suggestion"] = suggestion.map { .string($0) }
            return document
        case .taskUnavailable(let task, let reason):
            return [
                "code": "task_unavailable", "task": .string(task), "reason": .string(reason),
            ]
        case .badArguments(let field, let message):
            return [
                "code": "bad_arguments", "field": .string(field), "message": .string(message),
            ]
        case .notFound(let id): return ["code": "not_found", "id": .string(id.rawValue)]
        case .conflict(let id, let differs):
            return [
                "code": "conflict", "id": .string(id.rawValue), "differs": .string(differs),
            ]
        case .badState(let id, let state):
            return [
                "code": "bad_state", "id": .string(id.rawValue), "state": .string(state.rawValue),
            ]
        case .storeTakesNothing(let cause):
            return ["code": "store_takes_nothing", "cause": .string(cause)]
        case .storeUnavailable: return ["code": "store_unavailable"]
        case .filesUnavailable: return ["code": "files_unavailable"]
        case .draining: return ["code": "draining"]
        }
    }

    /// Reads an error; one that cannot be read counts as the store's fault.
    init(document: JSONValue) {
        func text(_ name: String) -> String { document[name]?.stringValue ?? "" }
        let id = JobID(text("id"))
        switch (document["code"]?.stringValue, id) {
        case ("unknown_task", _):
            self = .unknownTask(text("task"), suggestion: document["suggestion"]?.stringValue)
        case ("task_unavailable", _):
            self = .taskUnavailable(text("task"), reason: text("reason"))
        case ("bad_arguments", _):
            self = .badArguments(field: text("field"), message: text("message"))
        case ("not_found", let id?): self = .notFound(id)
        case ("conflict", let id?): self = .conflict(id, differs: text("differs"))
        case ("bad_state", let id?):
            self = .badState(id, JobState(rawValue: text("state")) ?? .error)
        case ("files_unavailable", _): self = .filesUnavailable
        case ("store_takes_nothing", _): self = .storeTakesNothing(text("cause"))
        case ("draining", _): self = .draining
        default: self = .storeUnavailable
        }
    }
}
