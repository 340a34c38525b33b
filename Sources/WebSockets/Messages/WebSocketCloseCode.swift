/// Why a WebSocket was closed; an application's own codes are 4000 to 4999.
public struct WebSocketCloseCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The number on the wire.
    public var rawValue: UInt16

    /// Takes any number.
    /// - Parameter rawValue: the number on the wire
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The number alone.
    public var description: String { "\(rawValue)" }

    /// 1000: the purpose is fulfilled.
    public static let normal = WebSocketCloseCode(rawValue: 1000)
    /// 1001: a server goes down, a browser leaves the page.
    public static let goingAway = WebSocketCloseCode(rawValue: 1001)
    /// 1002: the other side broke the protocol.
    public static let protocolError = WebSocketCloseCode(rawValue: 1002)
    /// 1003: a binary message came where only text is taken.
    public static let unsupportedData = WebSocketCloseCode(rawValue: 1003)
    /// 1005: a close frame without a code; never sent.
    public static let noStatus = WebSocketCloseCode(rawValue: 1005)
    /// 1006: the connection broke without a close frame; never sent.
    public static let abnormal = WebSocketCloseCode(rawValue: 1006)
    /// 1007: a text message was not UTF-8.
    public static let invalidPayload = WebSocketCloseCode(rawValue: 1007)
    /// 1009: a message was too big.
    public static let messageTooBig = WebSocketCloseCode(rawValue: 1009)
    /// 1012: the server restarts.
    public static let serviceRestart = WebSocketCloseCode(rawValue: 1012)
}
