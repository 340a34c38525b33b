import JSON
import JobModel
import JobProtocol
import JobStorage

extension ParamsReader {
    /// The member as a job's name, which must be there.
    func jobID(_ name: String) throws(RPCError) -> JobID {
        let text = try string(name)
        // Whatever has not the form of an id names no job.
        guard let id = JobID(text) else { throw .noSuchJob(text) }
        return id
    }
}

extension JobFilter {
    /// Reads the parameter `filter`.
    init(params: JSONObject?, hasArchived: Bool = false) throws(RPCError) {
        self.init()
        guard let params else { return }
        let names = ["task", "state", "username", "_id"] + (hasArchived ? ["archived"] : [])
        let reader = try ParamsReader(params, path: "filter.", allowed: names)
        tasks = try reader.optionalStrings("task").map { Set($0.map { ExactText($0) }) }
        usernames = try reader.optionalStrings("username").map { Set($0.map { ExactText($0) }) }
        archived = hasArchived ? try reader.optionalBool("archived") : nil
        if let texts = try reader.optionalStrings("state") {
            var states: Set<JobState> = []
            for text in texts {
                guard let state = JobState(rawValue: text) else {
                    let known = JobState.allCases.map(\.rawValue).joined(separator: ", ")
                    throw .invalidParams(
                        "filter.state",
                        "must be one of \(known), not \"\(text)\""
                    )
                }
                states.insert(state)
            }
            self.states = states
        }
        if let texts = try reader.optionalStrings("_id") {
            // Text that has not the form of an id matches no job, like any unknown id.
            ids = Set(texts.compactMap { JobID($0) })
        }
    }

    /// The filter as it was given.
    var document: JSONObject {
        var document: JSONObject = [:]
        func list(_ texts: [String]?) -> JSONValue? {
            texts.map { .array($0.sorted().map { .string($0) }) }
        }
        document["task"] = list(tasks.map { $0.map(\.text) })
        document["state"] = list(states?.map(\.rawValue))
        document["username"] = list(usernames.map { $0.map(\.text) })
        document["_id"] = list(ids?.map(\.rawValue))
        return document
    }
}
