import JSON
import JobManagement
import JobModel
import JobProtocol
import JobScheduling
import JobStorage
import JobTasks

extension MinimalJob {
    /// The minimal document as a value, for answers that hold it.
    var document: JSONObject {
        var document: JSONObject = [
            "_id": .string(id.rawValue), "_version": .integer(version), "task": .string(task),
            "proc": .integer(resources.proc), "mem": .integer(resources.mem),
            "username": .string(username), "archived": .bool(archived),
            "added": .string(added.description), "state": .string(state.rawValue),
            "progress": .number(progress), "stage": stage.map { .string($0) } ?? .null,
            "updated": .string(updated.description),
        ]
        document["error"] = error.map { .string($0) }
        return document
    }
}

extension Resources {
    var document: JSONObject { ["proc": .integer(proc), "mem": .integer(mem)] }
}

extension ResourceReport {
    var document: JSONObject {
        let counts = taskCounts.sorted { $0.key < $1.key }
            .map { ($0.key, JSONValue.integer($0.value)) }
        var document: JSONObject = [
            "used": .object(used.document), "available": .object(available.document),
            "limit": .object(limit.document),
            "task_counts": .object(JSONObject(uniqueKeysWithValues: counts)),
        ]
        if !troubles.isEmpty {
            document["troubles"] = .array(troubles.map { .object($0.document) })
        }
        return document
    }
}

extension ServerTrouble {
    var document: JSONObject {
        [
            "kind": .string(kind.rawValue), "cause": .string(cause),
            "since": .string(since.description),
        ]
    }
}

extension TaskReport {
    var document: JSONObject {
        var document: JSONObject = [
            "name": .string(description.name),
            "description": .string(description.description),
            "stages": .array(description.stages.map { .string($0) }),
            "proc": .integer(description.resources.proc),
            "mem": .integer(description.resources.mem),
            "limit": limit.map { .integer($0) } ?? .null,
            "running": .integer(running),
            "waiting": .integer(waiting),
            "available": .bool(description.unavailable == nil),
            "args": .array(description.arguments.map { .object($0.document) }),
            "source": .string(description.source),
        ]
        document["reason"] = description.unavailable.map { .string($0) }
        return document
    }
}

extension TaskProblem {
    var document: JSONObject {
        var document: JSONObject = ["file": .string(file), "message": .string(message)]
        document["line"] = line.map { .integer($0) }
        return document
    }
}

extension WaitingReport {
    /// Why a job waits: a word and numbers for programs, a sentence for people.
    var document: JSONObject {
        var document: JSONObject = ["reason": .string(reason.name), "detail": .string(sentence)]
        switch reason {
        case .resources(let short), .unschedulable(let short):
            document["short"] = .object(short.document)
        case .taskLimit(let running, let limit):
            document["running"] = .integer(running)
            document["limit"] = .integer(limit)
        case .behind(let ahead): document["ahead"] = .integer(ahead)
        case .rest(let end): document["until"] = .string(end.description)
        case .paused, .server: break
        }
        document["line"] = .string(line.rawValue)
        document["position"] = .integer(position)
        document["eta"] = .null
        return document
    }

    private var sentence: String {
        switch reason {
        case .resources(let short): return "needs \(short.missing)"
        case .taskLimit(let running, let limit):
            return "\(running) of at most \(limit) jobs of this task run"
        case .behind(let ahead):
            return ahead == 1
                ? "another job that needs the same comes first"
                : "\(ahead) other jobs that need the same come first"
        case .paused: return "the task is paused"
        case .server(let cause): return cause
        case .rest(let end): return "an attempt failed; the next one begins at \(end)"
        case .unschedulable(let short):
            return "needs \(short.missing) than the whole machine gives; "
                + "it waits for a larger one"
        }
    }
}

extension Resources {
    /// What is missing, such as `2 more cores and 1 GB more memory`.
    fileprivate var missing: String {
        let cores = proc == 1 ? "1 more core" : "\(proc) more cores"
        let memory = "\(mem) GB more memory"
        return switch (proc > 0, mem > 0) {
        case (true, true): "\(cores) and \(memory)"
        case (true, false): cores
        default: memory
        }
    }
}

extension WaitingReason {
    var name: String {
        switch self {
        case .resources: "resources"
        case .taskLimit: "task_limit"
        case .behind: "behind"
        case .paused: "paused"
        case .server: "server"
        case .rest: "rest"
        case .unschedulable: "unschedulable"
        }
    }
}
