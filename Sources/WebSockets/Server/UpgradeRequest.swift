import CLibwebsockets

/// Judges a request for a WebSocket by the protocol's rules, before the delegate is asked.
enum UpgradeRequest {
    /// What becomes of a request.
    enum Judgement {
        case refused(HTTPResponse)
        case possible(Handshake)
    }

    /// What opens a WebSocket.
    struct Handshake {
        /// The answer as it goes over the network.
        let answer: [UInt8]
        /// The client sends compressed messages, and takes those that are compressed once for all.
        let isDeflated: Bool
    }

    /// A list of subprotocols of more bytes is nobody's who wants to speak ours.
    private static let longestList = 120

    static func judge(
        _ request: HTTPRequest,
        _ configuration: WebSocketServerConfiguration
    ) -> Judgement {
        if let refusal = refusal(of: request, configuration) { return .refused(refusal) }
        let agreement =
            configuration.compressedFrom == nil
            ? nil
            : request.headers["sec-websocket-extensions"].flatMap { DeflateAgreement(offers: $0) }
        var head =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        head +=
            "Sec-WebSocket-Accept: \(acceptance(of: request.headers["sec-websocket-key"] ?? ""))\r\n"
        if !request.subprotocols.isEmpty {
            head += "Sec-WebSocket-Protocol: \(configuration.subprotocol)\r\n"
        }
        if let agreement { head += "Sec-WebSocket-Extensions: \(agreement.answer)\r\n" }
        return .possible(
            Handshake(answer: Array((head + "\r\n").utf8), isDeflated: agreement != nil)
        )
    }

    /// Proves that the key was read by somebody who speaks the protocol.
    private static func acceptance(of key: String) -> String {
        let text = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
        var hash = [UInt8](repeating: 0, count: 20)
        lws_SHA1(text, text.count, &hash)
        var encoded = [CChar](repeating: 0, count: 32)
        let count = hash.withUnsafeBytes { bytes in
            lws_b64_encode_string(
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                Int32(bytes.count),
                &encoded,
                Int32(encoded.count)
            )
        }
        return String(
            decoding: encoded.prefix(Int(count)).map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
    }

    private static func refusal(
        of request: HTTPRequest,
        _ configuration: WebSocketServerConfiguration
    ) -> HTTPResponse? {
        let headers = request.headers
        let protocols = (headers["upgrade"] ?? "").httpListElements
        guard protocols.contains(where: { $0.lowercased() == "websocket" }) else {
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
            let key = headers["sec-websocket-key"], 1..<64 ~= key.utf8.count, headers["host"] != nil
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
