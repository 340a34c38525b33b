public import JSON

/// What a call is known by; the answer repeats it.
public enum RPCID: Hashable, Sendable {
    /// A number.
    case integer(Int)
    /// A text.
    case string(String)
    /// A number that is not whole; allowed, if unwise.
    case number(Double)
    /// No name at all; answers to what could not be read have it.
    case null

    /// Takes the member `id` of a request.
    ///
    /// - Parameter value: The member; anything but a number, a string or null is no id, and
    ///   neither is a number that could not be repeated exactly.
    public init?(_ value: JSONValue) {
        switch value {
        case .integer(let value): self = .integer(value)
        case .string(let value): self = .string(value)
        case .number(let value): self = .number(value)
        case .null: self = .null
        case .bool, .decimal, .array, .object: return nil
        }
    }

    /// The id as it stands in a message.
    public var json: JSONValue {
        switch self {
        case .integer(let value): .integer(value)
        case .string(let value): .string(value)
        case .number(let value): .number(value)
        case .null: .null
        }
    }
}

/// One call, or a notification, which is never answered.
public struct RPCRequest: Hashable, Sendable {
    /// What the answer will repeat; nil for a notification.
    public let id: RPCID?
    /// The method's name.
    public let method: String
    /// The parameters by name.
    public let params: JSONObject

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - id: What the answer will repeat; nil for a notification.
    ///   - method: The method's name.
    ///   - params: The parameters by name.
    public init(id: RPCID?, method: String, params: JSONObject = [:]) {
        self.id = id
        self.method = method
        self.params = params
    }

    /// The request as a message.
    public var encoded: [UInt8] {
        var message: JSONObject = ["jsonrpc": "2.0"]
        if let id { message["id"] = id.json }
        message["method"] = .string(method)
        message["params"] = .object(params)
        return JSONValue.object(message).encoded
    }
}

/// A request that could not be read, and whom to tell.
public struct RPCFault: Error, Hashable, Sendable {
    /// The id, as far as it could be read.
    public let id: RPCID
    /// What was wrong.
    public let error: RPCError
}

/// A message from a client.
public enum RPCMessage: Sendable {
    /// One request.
    case single(Result<RPCRequest, RPCFault>)
    /// Several, to be answered together.
    case batch([Result<RPCRequest, RPCFault>])
    /// Nothing that could be read as either.
    case unreadable(RPCFault)

    /// Reads a message.
    ///
    /// - Parameters:
    ///   - bytes: One JSON document.
    ///   - maximumDepth: How deep it may be nested.
    ///   - maximumBatch: How many requests a batch may hold.
    public init(parsing bytes: [UInt8], maximumDepth: Int, maximumBatch: Int) {
        let value: JSONValue
        do throws(JSONParseError) {
            value = try JSONValue(parsing: bytes, maximumDepth: maximumDepth)
        } catch {
            let details: JSONObject = ["offset": .integer(error.offset)]
            let failure = RPCError(.parseError, "not JSON: \(error)", details: details)
            self = .unreadable(RPCFault(id: .null, error: failure))
            return
        }
        guard case .array(let elements) = value else {
            self = .single(Self.request(value))
            return
        }
        guard (1...maximumBatch).contains(elements.count) else {
            let problem = "a batch holds 1 to \(maximumBatch) requests, this one \(elements.count)"
            self = .unreadable(RPCFault(id: .null, error: RPCError(.invalidRequest, problem)))
            return
        }
        self = .batch(elements.map(Self.request))
    }

    private static func request(_ value: JSONValue) -> Result<RPCRequest, RPCFault> {
        guard let members = value.objectValue else {
            return refuse(.null, "a request is an object, not \(value.typeName)")
        }
        var id: RPCID?
        if let given = members["id"] {
            guard let readable = RPCID(given) else {
                return refuse(.null, Self.unreadableID(given))
            }
            id = readable
        }
        guard members["jsonrpc"] == "2.0" else {
            return refuse(id ?? .null, "jsonrpc: must be \"2.0\"")
        }
        guard let method = members["method"]?.stringValue else {
            return refuse(id ?? .null, "method: must be a string")
        }
        switch members["params"] {
        case nil: return .success(RPCRequest(id: id, method: method))
        case .object(let params):
            return .success(RPCRequest(id: id, method: method, params: params))
        default:
            let error = RPCError.invalidParams("params", "must be an object, by name")
            return .failure(RPCFault(id: id ?? .null, error: error))
        }
    }

    private static func unreadableID(_ given: JSONValue) -> String {
        if case .decimal = given {
            return "id: a number must be one that 64 bits hold exactly; longer ones go as strings"
        }
        return "id: must be a string, a number or null, not \(given.typeName)"
    }

    private static func refuse(_ id: RPCID, _ problem: String) -> Result<RPCRequest, RPCFault> {
        .failure(RPCFault(id: id, error: RPCError(.invalidRequest, problem)))
    }
}
