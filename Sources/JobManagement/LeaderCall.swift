import JSON
import JobModel
import JobRunning

/// A call that only the leader performs.
enum LeaderCall: Hashable, Sendable {
    /// Make a job; the id may have been chosen by the server that hands the call over, by chance.
    case new(NewJob, isNamedByChance: Bool)
    case cancel([JobID], reason: String?, by: String? = nil)
    case limitTask(String, Int?)
    case limitResources(proc: Int?, mem: Int?)
    /// What the server has learned of jobs that run on its machine.
    case facts([JobFact])
}

// MARK: - As a handed-over call

extension LeaderCall {
    var method: String {
        switch self {
        case .new: "new"
        case .cancel: "cancel"
        case .limitTask: "tasks.limit"
        case .limitResources: "resources.limit"
        case .facts: "facts"
        }
    }

    var params: JSONObject {
        switch self {
        case .new(let request, let isNamedByChance):
            var params = request.document
            params["by_chance"] = .bool(isNamedByChance)
            return params
        case .cancel(let ids, let reason, let username):
            var params: JSONObject = ["ids": .array(ids.map { .string($0.rawValue) })]
            params["by"] = username.map { .string($0) }
            params["reason"] = reason.map { .string($0) }
            return params
        case .limitTask(let task, let limit):
            return ["task": .string(task), "limit": limit.map { .integer($0) } ?? .null]
        case .limitResources(let proc, let mem):
            var params: JSONObject = [:]
            params["proc"] = proc.map { .integer($0) }
            params["mem"] = mem.map { .integer($0) }
            return params
        case .facts(let facts):
            return ["facts": .array(facts.map { .object($0.document) })]
        }
    }

    init?(method: String, params: JSONValue) {
        switch method {
        case "new":
            guard let request = NewJob(document: params) else { return nil }
            self = .new(request, isNamedByChance: params["by_chance"]?.boolValue ?? false)
        case "cancel":
            guard let ids = params["ids"]?.arrayValue else { return nil }
            self = .cancel(
                ids.compactMap { $0.stringValue.flatMap { JobID($0) } },
                reason: params["reason"]?.stringValue,
                by: params["by"]?.stringValue
            )
        case "tasks.limit":
            guard let task = params["task"]?.stringValue else { return nil }
            self = .limitTask(task, params["limit"]?.countValue)
        case "resources.limit":
            self = .limitResources(
                proc: params["proc"]?.integerValue.flatMap {
                    Resources.procRange.contains($0) ? $0 : nil
                },
                mem: params["mem"]?.integerValue.flatMap {
                    Resources.memRange.contains($0) ? $0 : nil
                }
            )
        case "facts":
            guard let facts = params["facts"]?.arrayValue else { return nil }
            self = .facts(facts.compactMap(JobFact.init(document:)))
        default: return nil
        }
    }
}

extension NewJob {
    fileprivate var document: JSONObject {
        var document: JSONObject = [
            "task": .string(task), "args": .object(args), "priority": .integer(priority),
            "username": .string(username), "caller": .string(caller),
        ]
        document["proc"] = proc.map { .integer($0) }
        document["mem"] = mem.map { .integer($0) }
        document["id"] = id.map { .string($0.rawValue) }
        return document
    }

    fileprivate init?(document: JSONValue) {
        guard let task = document["task"]?.stringValue,
            let username = document["username"]?.stringValue
        else { return nil }
        self.init(
            task: task,
            args: document["args"]?.objectValue ?? [:],
            proc: document["proc"]?.integerValue,
            mem: document["mem"]?.integerValue,
            priority: document["priority"]?.integerValue ?? 0,
            id: document["id"]?.stringValue.flatMap { JobID($0) },
            username: username,
            caller: document["caller"]?.stringValue ?? ""
        )
    }
}
