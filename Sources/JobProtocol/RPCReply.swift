public import JSON

/// Answers and notifications, as the server writes them.
public enum RPCReply {
    /// Appends the answer to a call that succeeded.
    ///
    /// - Parameters:
    ///   - result: What the call returns.
    ///   - id: What the request was known by.
    ///   - bytes: Where the message goes.
    public static func append(result: JSONValue, id: RPCID, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: #"{"jsonrpc":"2.0","id":"#.utf8)
        bytes.append(json: id.json)
        bytes.append(contentsOf: #","result":"#.utf8)
        bytes.append(json: result)
        bytes.append(UInt8(ascii: "}"))
    }

    /// Appends the answer to a call that succeeded, whose result was written elsewhere.
    ///
    /// - Parameters:
    ///   - result: What the call returns, as JSON.
    ///   - id: What the request was known by.
    ///   - bytes: Where the message goes.
    public static func append(encoded result: [UInt8], id: RPCID, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: #"{"jsonrpc":"2.0","id":"#.utf8)
        bytes.append(json: id.json)
        bytes.append(contentsOf: #","result":"#.utf8)
        bytes.append(contentsOf: result)
        bytes.append(UInt8(ascii: "}"))
    }

    /// Appends the answer to a call that failed.
    ///
    /// - Parameters:
    ///   - error: Why it failed.
    ///   - id: What the request was known by.
    ///   - bytes: Where the message goes.
    public static func append(error: RPCError, id: RPCID, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: #"{"jsonrpc":"2.0","id":"#.utf8)
        bytes.append(json: id.json)
        bytes.append(contentsOf: #","error":"#.utf8)
        bytes.append(json: error.document)
        bytes.append(UInt8(ascii: "}"))
    }

    /// A message that nobody answers.
    ///
    /// - Parameters:
    ///   - method: What it is about, such as `resources`.
    ///   - params: What it says.
    /// - Returns: The message.
    public static func notification(_ method: String, _ params: JSONObject) -> [UInt8] {
        var bytes = Array(#"{"jsonrpc":"2.0","method":"#.utf8)
        bytes.append(json: method)
        bytes.append(contentsOf: #","params":"#.utf8)
        bytes.append(json: params)
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }
}

/// A message from the server, as a client reads it.
public enum RPCIncoming: Sendable {
    /// The answer to a call.
    case answer(id: RPCID, Result<JSONValue, RPCError>)
    /// News that nobody asked for by this message.
    case notification(method: String, params: JSONObject)

    /// Reads a message; nil if it is neither.
    ///
    /// - Parameter bytes: One JSON document.
    public init?(parsing bytes: [UInt8]) {
        guard let value = try? JSONValue(parsing: bytes, maximumDepth: 128) else { return nil }
        if let method = value["method"]?.stringValue {
            self = .notification(method: method, params: value["params"]?.objectValue ?? [:])
        } else if let id = value["id"].flatMap(RPCID.init), let result = value["result"] {
            self = .answer(id: id, .success(result))
        } else if let error = value["error"].flatMap(RPCError.init(document:)) {
            self = .answer(id: value["id"].flatMap(RPCID.init) ?? .null, .failure(error))
        } else {
            return nil
        }
    }
}
