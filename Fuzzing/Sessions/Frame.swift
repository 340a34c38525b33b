/// What a client sends, as bytes.
enum Frame {
    static let upgrade =
        [
            "GET /ws HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
        ].joined(separator: "\r\n") + "\r\n\r\n"

    /// A text in one frame, under a mask of zeros.
    static func text(_ payload: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [0x81]
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
