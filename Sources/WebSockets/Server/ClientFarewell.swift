/// What a client's close frame says, and what it is answered.
struct ClientFarewell {
    /// The code that the connection is closed with: the client's, or what is wrong with its frame.
    let code: WebSocketCloseCode
    /// The close frame that goes back.
    let answer: WebSocketFrame

    /// Judges a close frame's payload.
    init(_ payload: [UInt8]) {
        code = Self.code(of: payload)
        answer =
            code == .noStatus
            ? WebSocketFrame(opcode: .close, reserving: 0) { _ in }
            : WebSocketFrame(closing: code, reason: "")
    }

    private static func code(of payload: [UInt8]) -> WebSocketCloseCode {
        guard !payload.isEmpty else { return .noStatus }
        guard payload.count >= 2 else { return .protocolError }
        let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
        guard mayBeSent(code) else { return .protocolError }
        guard Array(payload.dropFirst(2)).isUTF8 else { return .invalidPayload }
        return WebSocketCloseCode(rawValue: code)
    }

    /// Whether a code is registered, or left to libraries and applications.
    private static func mayBeSent(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
