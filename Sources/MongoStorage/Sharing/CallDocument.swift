import JSON
import JobStorage
import Mongo

/// A call that one server leaves for the leader: `{_id, n, from, method, params, at, answer?}`.
///
/// `at` is the server's time; it orders calls, and lets the database forget those whose server did
/// not come back. `n` orders those of one moment.
enum CallDocument {
    /// After so many seconds nobody waits for an answer any more.
    static let lifetime = 3600

    /// Leaves a call; done twice, it is there once.
    static func leave(_ call: HandedCall, number: Int) -> MongoWrite {
        let update = BSONDocument { writer in
            writer.append(documentFor: "$setOnInsert") { fields in
                fields.append(Int64(number), for: "n")
                fields.append(call.from, for: "from")
                fields.append(call.method, for: "method")
                fields.append(held: call.params, for: "params")
            }
            writer.append(["at": true] as BSONDocument, for: "$currentDate")
        }
        return .update(["_id": .string(call.id)], update, upsert: true)
    }

    /// Answers a call that is still there and has no answer yet.
    static func answer(_ answer: CallAnswer) -> MongoWrite {
        let update = BSONDocument { writer in
            writer.append(documentFor: "$set") { fields in
                fields.append(documentFor: "answer") { fields in
                    fields.append(answer.to, for: "to")
                    fields.append(held: answer.result, for: "result")
                }
            }
        }
        return .update(["_id": .string(answer.id), "answer": ["$exists": false]], update)
    }

    /// The call that a document holds; nil if it makes no sense.
    static func call(_ document: BSONDocument) -> HandedCall? {
        guard let id = document["_id"]?.stringValue, let from = document["from"]?.stringValue,
            let method = document["method"]?.stringValue, let params = try? document.held("params")
        else { return nil }
        return HandedCall(id: id, from: from, method: method, params: params)
    }

    /// The answer that was given to a call of a name.
    static func answer(to id: String, _ document: BSONDocument) -> CallAnswer? {
        guard let to = document["to"]?.stringValue, let result = try? document.held("result")
        else { return nil }
        return CallAnswer(id: id, to: to, result: result)
    }
}
