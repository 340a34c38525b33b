import JSON

/// Whether an answer agrees with the recorded one.
///
/// Dates, ids, positions, progress and lists of whatever else is on the server differ from run to run.
/// So agreement is: a result for a result and the same error for an error, the members of the result
/// with their types, whether a job was made, and for each job that was named what became of it.
enum AnswerComparison {
    /// Tells how an answer differs.
    ///
    /// - Parameters:
    ///   - call: The call and its recorded answer.
    ///   - replayed: The answer of the replay.
    ///   - ids: The replay's names of jobs.
    /// - Returns: A sentence for people; nil if the answers agree, or if the recording has none.
    static func difference(
        _ call: RecordedCall,
        _ replayed: CallOutcome,
        _ ids: IdentityMap
    ) -> String? {
        switch (call.outcome, replayed) {
        case (nil, _): return nil
        case (.error(let old, _), .error(let new, _)):
            return old == new ? nil : "the error is \(new), was \(old)"
        case (.error(let old, _), .result): return "a result, was the error \(old)"
        case (.result, .error(let new, let data)):
            let field = data["field"]?.stringValue.map { " (\($0))" } ?? ""
            return "the error \(new)\(field), was a result"
        case (.result(let old), .result(let new)):
            if let difference = shape(old, new) { return difference }
            switch call.method {
            case "jobs.new":
                let (old, new) = (old["created"]?.boolValue, new["created"]?.boolValue)
                if old != new { return new == true ? "a new job, was an old one" : "an old job" }
            case "jobs.cancel", "jobs.archive", "jobs.remove":
                return fates(old["jobs"]?.objectValue ?? [:], new["jobs"], ids)
            default: break
            }
            return nil
        }
    }

    private static func shape(_ old: JSONValue, _ new: JSONValue) -> String? {
        guard old.kind == new.kind else {
            return "the result is \(new.typeName), was \(old.typeName)"
        }
        guard let old = old.objectValue, let new = new.objectValue else { return nil }
        for (name, value) in old {
            guard let other = new[name] else { return "the result has no \(name)" }
            // What is null may be there another time.
            guard value.isNull || other.isNull || value.kind == other.kind else {
                return "\(name) is \(other.typeName), was \(value.typeName)"
            }
        }
        return new.keys.first { old[$0] == nil }.map { "the result has \($0), which is new" }
    }

    private static func fates(_ old: JSONObject, _ new: JSONValue?, _ ids: IdentityMap) -> String? {
        for (id, fate) in old {
            guard let other = new?[ids[id] ?? id] else { return "nothing is said of job \(id)" }
            if fate.fate != other.fate { return "job \(id): \(other.fate), was \(fate.fate)" }
        }
        return nil
    }
}

extension JSONValue {
    /// The type, all numbers being of one.
    fileprivate var kind: String { numberValue == nil ? typeName : "number" }

    /// What became of a job: a word, or the name of an error.
    fileprivate var fate: String {
        switch stringValue {
        // Which of both depends on whether it had started.
        case "cancelled", "cancelling": "cancelled"
        case let word?: word
        case nil: self["data"]?["code"]?.stringValue ?? "an error"
        }
    }
}
