/// What a client sends, as bytes.
enum Frame {
    /// Asks for a WebSocket with compressed messages.
    ///
    /// - Parameter token: What shows who asks; nil for a stranger.
    /// - Returns: The head of the request.
    static func upgrade(token: String?) -> String {
        let authorization = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        return [
            "GET /ws HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Extensions: permessage-deflate", authorization + "\r\n",
        ].joined(separator: "\r\n")
    }

    /// A text that a compressor leaves as it is: in blocks that are stored.
    static func stored(_ payload: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: payload.count, by: 65_535) {
            let piece = payload[start..<min(payload.count, start + 65_535)]
            let count = UInt16(piece.count)
            bytes += [0, UInt8(count & 0xFF), UInt8(count >> 8)]
            bytes += [UInt8(~count & 0xFF), UInt8(~count >> 8)] + piece
        }
        return text(bytes + [0], isDeflated: true)
    }

    /// A text in one frame, under a mask of zeros.
    static func text(_ payload: [UInt8], isDeflated: Bool = false) -> [UInt8] {
        var bytes: [UInt8] = [isDeflated ? 0xC1 : 0x81]
        if payload.count < 126 {
            bytes.append(0x80 | UInt8(payload.count))
        } else {
            let count = UInt64(payload.count)
            bytes.append(0x80 | 127)
            bytes += (0..<8).reversed().map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) }
        }
        return bytes + [0, 0, 0, 0] + payload
    }
}
