/// Judges a request for a WebSocket by the protocol's rules, before the delegate is asked.
///
/// The library would drop most of these without an answer.
struct UpgradeRequest {
    /// The answer to a client that cannot have a WebSocket; nil if it can.
    let refusal: HTTPResponse?

    /// The library reads the list of subprotocols into so many bytes.
    private static let longestList = 120

    init(_ request: HTTPRequest, configuration: WebSocketServerConfiguration) {
        refusal = Self.refusal(of: request, configuration)
    }

    private static func refusal(
        of request: HTTPRequest,
        _ configuration: WebSocketServerConfiguration
    ) -> HTTPResponse? {
        let headers = request.headers
        guard headers["upgrade"]?.lowercased() == "websocket" else {
            return HTTPResponse(status: 400, text: "Only WebSocket can be upgraded to.\n")
        }
        guard request.path == configuration.path else {
            return HTTPResponse(
                status: 404,
                text: "There is no WebSocket here, but at \(configuration.path).\n"
            )
        }
        guard request.method == "GET" else { return .methodNotAllowed }
        let connection = (headers["connection"] ?? "").httpListElements
        guard connection.contains(where: { $0.lowercased() == "upgrade" }),
            let key = headers["sec-websocket-key"], key.utf8.count < 64, headers["host"] != nil
        else {
            return HTTPResponse(
                status: 400,
                text: "Connection: Upgrade, Sec-WebSocket-Key and Host are required.\n"
            )
        }
        guard headers["sec-websocket-version"] == "13" else {
            var response = HTTPResponse(status: 426, text: "Only WebSocket version 13.\n")
            response.headers["Sec-WebSocket-Version"] = "13"
            return response
        }
        if let list = headers["sec-websocket-protocol"], list.utf8.count > longestList {
            return HTTPResponse(status: 400, text: "Too many subprotocols.\n")
        }
        let offered = request.subprotocols
        guard offered.isEmpty || offered.contains(configuration.subprotocol) else {
            return HTTPResponse(
                status: 400,
                text: "The subprotocol spoken here is \(configuration.subprotocol).\n"
            )
        }
        return nil
    }
}

extension HTTPRequest {
    /// Whether the client takes messages that are compressed once for all.
    ///
    /// One that wants a smaller window than theirs does not.
    var offersSharedDeflate: Bool {
        guard let offers = headers["sec-websocket-extensions"] else { return false }
        return offers.contains("permessage-deflate") && !offers.contains("server_max_window_bits")
    }
}
