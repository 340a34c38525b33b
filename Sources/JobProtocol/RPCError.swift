public import JSON

/// An error as a call is answered with it: a number and a name for programs, a sentence for people.
public struct RPCError: Error, Hashable, Sendable {
    /// The kinds of error, by the name that stands in `data.code`.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        /// The message is not JSON.
        case parseError = "parse_error"
        /// The message is JSON but no request.
        case invalidRequest = "invalid_request"
        /// There is no such method.
        case methodNotFound = "method_not_found"
        /// A parameter is missing, unknown or of a wrong type.
        case invalidParams = "invalid_params"
        /// Our own fault.
        case internalError = "internal_error"
        /// The caller has not said who it is.
        case unauthenticated
        /// The caller lacks the permission.
        case forbidden
        /// There is no such thing.
        case notFound = "not_found"
        /// The id is taken by a different job.
        case conflict
        /// The job's state does not allow it.
        case badState = "bad_state"
        /// The task's arguments, or the cores or memory that were asked for, are not acceptable.
        case badArguments = "bad_arguments"
        /// Too many calls in too short a time.
        case rateLimited = "rate_limited"
        /// The store or a tool cannot be had at the moment.
        case unavailable
        /// The server is about to end.
        case draining

        /// The number that stands in `code`.
        public var number: Int {
            switch self {
            case .parseError: -32_700
            case .invalidRequest: -32_600
            case .methodNotFound: -32_601
            case .invalidParams: -32_602
            case .internalError: -32_603
            case .unauthenticated: -32_001
            case .forbidden: -32_003
            case .notFound: -32_004
            case .conflict: -32_009
            case .badState: -32_010
            case .badArguments: -32_022
            case .rateLimited: -32_029
            case .unavailable: -32_053
            case .draining: -32_054
            }
        }
    }

    /// What kind of error.
    public let code: Code
    /// What was wrong and what is allowed.
    public let message: String
    /// More for programs, such as `field`; `code` and `retry` are added when it is sent.
    public let details: JSONObject
    /// Whether the same call may succeed later.
    public let retry: Bool

    /// Describes an error.
    ///
    /// - Parameters:
    ///   - code: What kind.
    ///   - message: What was wrong and what is allowed.
    ///   - details: More for programs.
    ///   - retry: Whether the same call may succeed later.
    public init(
        _ code: Code,
        _ message: String,
        details: JSONObject = [:],
        retry: Bool = false
    ) {
        self.code = code
        self.message = message
        self.details = details
        self.retry = retry
    }

    /// A parameter that is missing, unknown or of a wrong type.
    ///
    /// - Parameters:
    ///   - field: The parameter's path, such as `filter.state`.
    ///   - problem: What was wrong and what is allowed.
    /// - Returns: An error that names the field.
    public static func invalidParams(_ field: String, _ problem: String) -> RPCError {
        RPCError(.invalidParams, "\(field): \(problem)", details: ["field": .string(field)])
    }

    /// There is no job of that id.
    public static func noSuchJob(_ id: String) -> RPCError {
        RPCError(.notFound, "there is no job \"\(id)\"", details: ["_id": .string(id)])
    }
}

// MARK: - On the wire

extension RPCError {
    /// The error as JSON-RPC's error object.
    public var document: JSONObject {
        var data: JSONObject = ["code": .string(code.rawValue), "retry": .bool(retry)]
        data.merge(details) { _, detail in detail }
        return [
            "code": .integer(code.number), "message": .string(message), "data": .object(data),
        ]
    }

    /// Reads an error object, as a client receives it.
    ///
    /// - Parameter document: An object with `code` and `message`.
    public init?(document: JSONValue) {
        guard let number = document["code"]?.integerValue,
            let message = document["message"]?.stringValue
        else { return nil }
        var details = document["data"]?.objectValue ?? [:]
        let name = details.removeValue(forKey: "code")?.stringValue
        let retry = details.removeValue(forKey: "retry")?.boolValue
        let code =
            name.flatMap(Code.init) ?? Code.allCases.first { $0.number == number }
            ?? .internalError
        self.init(code, message, details: details, retry: retry ?? false)
    }
}
