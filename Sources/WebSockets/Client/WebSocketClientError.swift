/// Why a client could not connect, or could not send.
public enum WebSocketClientError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The address is not that of a WebSocket.
    case badURL(String, reason: String)
    /// Nobody answers there: no such host, nobody listening, no route.
    case unreachable(String, reason: String)
    /// The server answered with another HTTP status than 101.
    case refused(status: Int)
    /// The server did not answer in time.
    case timedOut
    /// The server's certificate is not good, or there is no common encryption.
    case notSecure(reason: String)
    /// The server's answer is not that of a WebSocket server.
    case badHandshake(reason: String)
    /// The connection is closed, or was never opened.
    case closed

    /// A sentence for people.
    public var description: String {
        switch self {
        case .badURL(let url, let reason): "\(url) is not the address of a WebSocket: \(reason)"
        case .unreachable(let address, let reason): "cannot reach \(address): \(reason)"
        case .refused(let status): "the server refused with HTTP status \(status)"
        case .timedOut: "the server did not answer in time"
        case .notSecure(let reason): "no secure connection: \(reason)"
        case .badHandshake(let reason): "the server does not speak WebSocket: \(reason)"
        case .closed: "the connection is closed"
        }
    }
}
