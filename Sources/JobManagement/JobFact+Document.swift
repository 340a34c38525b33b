import JSON
import JobModel
import JobRunning

extension JobFact {
    /// The fact as one server tells it to another.
    var document: JSONObject {
        var document: JSONObject = [
            "id": .string(id.rawValue), "date": .integer(date.microseconds),
        ]
        switch content {
        case .stageBegan(let name, let number, let count):
            document["stage"] = .string(name)
            document["number"] = .integer(number)
            document["of"] = .integer(count)
        case .progressed(let stage, let count, let fraction):
            document["number"] = .integer(stage)
            document["of"] = .integer(count)
            document["fraction"] = .number(fraction)
        case .waits(let lack):
            // As little as what follows: whoever has the job's machine tells of it.
            document["waits"] = lack.map { .string($0) } ?? .null
        case .notStarted(let problem, _):
            // Such a fact concerns nobody but the server that started the job; it is handed over to none.
            document["not_started"] = .string(problem.message)
        case .ended(let end):
            document["state"] = .string(end.state.rawValue)
            document["error"] = end.error.map { .object($0.document) }
            document["result"] = end.result
            if end.isInterrupted { document["interrupted"] = true }
            document["usage"] = end.usage.map { .object($0.document) }
        }
        return document
    }

    init?(document: JSONValue) {
        guard let id = document["id"]?.stringValue.flatMap({ JobID($0) }),
            let date = document["date"]?.integerValue,
            let content = Content(document: document)
        else { return nil }
        self.init(id: id, content: content, date: Timestamp(microseconds: date))
    }
}

extension JobFact.Content {
    fileprivate init?(document: JSONValue) {
        if let state = document["state"]?.stringValue.flatMap(JobState.init) {
            self = .ended(
                JobEnd(
                    state: state,
                    error: document["error"].flatMap(JobError.init(document:)),
                    result: document["result"],
                    usage: document["usage"].flatMap(ResourceUsage.init(document:)),
                    isInterrupted: document["interrupted"]?.boolValue ?? false
                )
            )
            return
        }
        guard let number = document["number"]?.countValue,
            let count = document["of"]?.countValue
        else { return nil }
        if let name = document["stage"]?.stringValue {
            self = .stageBegan(name: name, number: number, of: count)
        } else if let fraction = document["fraction"]?.numberValue {
            self = .progressed(stage: number, of: count, fraction: fraction)
        } else {
            return nil
        }
    }
}
