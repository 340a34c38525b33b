import CLibwebsockets

/// Reads the head of the request that the library has just parsed on a connection.
struct RequestReader {
    let wsi: OpaquePointer

    private static let methods: [(lws_token_indexes, String)] = [
        (WSI_TOKEN_GET_URI, "GET"), (WSI_TOKEN_POST_URI, "POST"), (WSI_TOKEN_HEAD_URI, "HEAD"),
        (WSI_TOKEN_OPTIONS_URI, "OPTIONS"), (WSI_TOKEN_PUT_URI, "PUT"),
        (WSI_TOKEN_PATCH_URI, "PATCH"), (WSI_TOKEN_DELETE_URI, "DELETE"),
    ]

    /// The header fields that the library knows; it hands out the others only to who knows their name.
    private static let fields: [(token: lws_token_indexes, name: String)] =
        (0..<UInt32(WSI_TOKEN_COUNT.rawValue)).compactMap { number in
            let token = lws_token_indexes(rawValue: number)
            guard let text = lws_token_to_string(token) else { return nil }
            let name = String(cString: UnsafeRawPointer(text).assumingMemoryBound(to: CChar.self))
            guard name.hasSuffix(":"), !name.hasPrefix(":") else { return nil }
            return (token, String(name.dropLast()))
        }

    /// Whether the connection may be kept for another request.
    var keepsConnection: Bool {
        let wish = value(WSI_TOKEN_CONNECTION)?.lowercased()
        return value(WSI_TOKEN_HTTP) == "HTTP/1.1" ? wish != "close" : wish == "keep-alive"
    }

    /// The request without its body.
    func request(from address: NetworkAddress, on connection: ConnectionID) -> HTTPRequest? {
        for (token, method) in Self.methods {
            guard let path = value(token) else { continue }
            return HTTPRequest(
                method: method,
                path: path,
                query: query(),
                headers: headers(),
                body: [],
                remoteAddress: address,
                connection: connection
            )
        }
        return nil
    }

    private func headers() -> HTTPHeaders {
        var headers = HTTPHeaders()
        for (token, name) in Self.fields {
            if let value = value(token) {
                headers.add(name, value)
            }
        }
        return headers
    }

    private func query() -> [(name: String, value: String)] {
        var arguments: [(name: String, value: String)] = []
        var index: Int32 = 0
        while true {
            let count = lws_hdr_fragment_length(wsi, WSI_TOKEN_HTTP_URI_ARGS, index)
            guard count > 0 else { return arguments }
            let argument = withUnsafeTemporaryAllocation(
                of: CChar.self,
                capacity: Int(count) + 1
            ) { buffer -> String in
                let copied = lws_hdr_copy_fragment(
                    wsi,
                    buffer.baseAddress,
                    count + 1,
                    WSI_TOKEN_HTTP_URI_ARGS,
                    index
                )
                return Self.text(buffer, copied)
            }
            let parts = argument.split(
                separator: "=",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            let value = parts.count > 1 ? String(parts[1]) : ""
            arguments.append((name: String(parts[0]), value: value))
            index += 1
        }
    }

    func value(_ token: lws_token_indexes) -> String? {
        let count = lws_hdr_total_length(wsi, token)
        guard count > 0 else { return nil }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(count) + 1) { buffer in
            let copied = lws_hdr_copy(wsi, buffer.baseAddress, count + 1, token)
            return copied < 0 ? nil : Self.text(buffer, copied)
        }
    }

    private static func text(_ buffer: UnsafeMutableBufferPointer<CChar>, _ count: Int32) -> String
    {
        let bytes = UnsafeRawBufferPointer(buffer).prefix(max(0, Int(count)))
        return String(decoding: bytes, as: UTF8.self)
    }
}
