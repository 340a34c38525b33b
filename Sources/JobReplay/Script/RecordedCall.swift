import JSON
import JobProtocol

/// How a call was answered.
enum CallOutcome: Hashable, Sendable {
    case result(JSONValue)
    /// The error's name, and what it says for programs.
    case error(String, data: JSONObject)

    /// Reads an answer; nil if the message is none.
    init?(_ message: JSONValue) {
        if let result = message["result"] {
            self = .result(result)
        } else if let error = message["error"].flatMap(RPCError.init(document:)) {
            self = .error(error.code.rawValue, data: error.details)
        } else {
            return nil
        }
    }

    var result: JSONValue? {
        if case .result(let result) = self { result } else { nil }
    }
}

/// What must have happened in the replay before a call is made that the recording shows after it.
enum CallNeed: Hashable, Sendable {
    /// The job of this recorded id was made.
    case made(String)
    /// It was started, or is over already.
    case started(String)
    /// It is over.
    case ended(String)

    /// The job's id in the recording.
    var id: String {
        switch self {
        case .made(let id), .started(let id), .ended(let id): id
        }
    }
}

/// One call of a recording.
struct RecordedCall: Sendable {
    /// Stands for the method of a message that was no request.
    static let unreadable = "(unreadable)"

    let method: String
    let params: JSONObject
    /// Whether its answer can be told from others; those to what cannot be read have no id.
    let hasID: Bool
    /// Whether it is to be answered.
    let isAnswered: Bool
    /// The recorded answer; nil if the recording has none.
    var outcome: CallOutcome?
    var needs: [CallNeed] = []

    /// Reads one request; anything else is answered as unreadable.
    init(_ request: JSONValue) {
        let id = request["id"].flatMap(RPCID.init)
        let method = request["method"]?.stringValue
        hasID = id != nil && id != .null
        isAnswered = request["id"] != nil || method == nil
        self.method = method ?? Self.unreadable
        params = request["params"]?.objectValue ?? [:]
    }

    /// A message that was no request.
    init() {
        method = Self.unreadable
        params = [:]
        hasID = false
        isAnswered = true
    }

    /// The jobs that it names, by their recorded ids.
    var jobs: [String] {
        var ids = Self.texts(params["_id"]) + Self.texts(params["filter"]?["_id"])
        ids += params["manifest"]?.objectValue?.keys ?? []
        return ids
    }

    static func texts(_ value: JSONValue?) -> [String] {
        switch value {
        case .string(let text): [text]
        case .array(let elements): elements.compactMap(\.stringValue)
        default: []
        }
    }
}
