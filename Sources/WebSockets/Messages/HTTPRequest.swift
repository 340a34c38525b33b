/// What a client asked for, by plain HTTP or to open a WebSocket.
public struct HTTPRequest: Sendable {
    /// The verb in capitals: `GET`, `HEAD`, `POST` and so on.
    public var method: String
    /// The path without the query, percent-decoded and with `.` and `..` resolved: `/app.js`.
    public var path: String
    /// The decoded arguments of the query, in order; the value is empty for one without `=`.
    public var query: [(name: String, value: String)]
    /// The header fields, named in lower case; several of one name are one list.
    public var headers: HTTPHeaders
    /// The body; empty for an upgrade.
    public var body: [UInt8]
    /// Who connected.
    public var remoteAddress: NetworkAddress
    /// The connection that the request came on.
    public var connection: ConnectionID

    /// Puts a request together, as the server does.
    /// - Parameters:
    ///   - method: the verb in capitals
    ///   - path: the decoded path without the query
    ///   - query: the decoded arguments of the query
    ///   - headers: the header fields
    ///   - body: the body
    ///   - remoteAddress: who connected
    ///   - connection: the connection that the request came on
    public init(
        method: String,
        path: String,
        query: [(name: String, value: String)] = [],
        headers: HTTPHeaders = [:],
        body: [UInt8] = [],
        remoteAddress: NetworkAddress = NetworkAddress(host: "127.0.0.1", port: 0),
        connection: ConnectionID = ConnectionID(rawValue: 0)
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.remoteAddress = remoteAddress
        self.connection = connection
    }

    /// The subprotocols that the client offers, in its order of preference.
    public var subprotocols: [String] {
        (headers["sec-websocket-protocol"] ?? "").httpListElements
    }

    /// Looks for an argument of the query.
    /// - Parameter name: the argument's name
    /// - Returns: its value, or nil if there is no such argument
    public func queryValue(_ name: String) -> String? {
        query.first { $0.name == name }?.value
    }

    /// Looks for a cookie.
    /// - Parameter name: the cookie's name
    /// - Returns: its value, or nil if the client sent none of that name
    public func cookie(_ name: String) -> String? {
        for pair in (headers["cookie"] ?? "").split(separator: ";") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, parts[0].trimmingSpaces == name {
                return String(parts[1].trimmingSpaces)
            }
        }
        return nil
    }
}

extension StringProtocol {
    /// The part between leading and trailing spaces and tabs.
    var trimmingSpaces: SubSequence {
        var rest = self[...]
        while let first = rest.first, first == " " || first == "\t" {
            rest = rest.dropFirst()
        }
        while let last = rest.last, last == " " || last == "\t" {
            rest = rest.dropLast()
        }
        return rest
    }

    /// The elements of a header field that is a comma-separated list.
    var httpListElements: [String] {
        split(separator: ",").map { String($0.trimmingSpaces) }.filter { !$0.isEmpty }
    }
}
