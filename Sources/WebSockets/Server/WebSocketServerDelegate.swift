/// What a server asks and tells; an actor on the server's executor, called on its thread.
///
/// ```swift
/// actor FrontEnd: WebSocketServerDelegate {
///     let server = WebSocketServer(configuration: configuration)
///     nonisolated var unownedExecutor: UnownedSerialExecutor { server.unownedExecutor }
/// }
/// ```
///
/// All methods but ``respond(to:)`` run to their end while the network waits, so they must not block.
/// They may call the server back, ``WebSocketServer/send(_:to:)`` for instance; the server never calls
/// a method from within such a call.
public protocol WebSocketServerDelegate: Actor {
    /// Decides on a client that wants to open a WebSocket at the right path.
    ///
    /// A client that offers subprotocols, but not the server's, is not asked about: it gets 400. After
    /// `.accept` there is always one ``connectionClosed(_:code:)``, even if the connection breaks
    /// before it was opened.
    /// - Parameter request: the request; its `connection` names the connection from now on
    /// - Returns: whether to go on, or what to answer
    func connectionRequested(_ request: HTTPRequest) -> UpgradeDecision

    /// Tells that a WebSocket is open; it may be sent to at once.
    /// - Parameter connection: the one that was accepted
    func connectionOpened(_ connection: ConnectionID)

    /// Hands over a whole text message, checked to be UTF-8.
    /// - Parameters:
    ///   - message: the text's bytes
    ///   - connection: who sent it
    func messageReceived(_ message: [UInt8], on connection: ConnectionID)

    /// Tells that a connection whose last send was `choked` has taken everything.
    /// - Parameter connection: the one that may be sent to again
    func connectionDrained(_ connection: ConnectionID)

    /// Tells that a connection is no more.
    /// - Parameters:
    ///   - connection: the one that was accepted
    ///   - code: the first close code that went either way; 1006 if there was none
    func connectionClosed(_ connection: ConnectionID, code: WebSocketCloseCode)

    /// Answers a request of plain HTTP, at whatever path and by whatever method.
    ///
    /// If it answers without waiting for anything, the answer goes out at once. The task that it runs in is cancelled
    /// when the client is gone, or has ended its side of the connection and waited on for a second.
    /// - Parameter request: the request with its whole body
    /// - Returns: the answer
    func respond(to request: HTTPRequest) async -> HTTPResponse
}

/// What becomes of a client that wants to open a WebSocket.
public enum UpgradeDecision: Sendable {
    /// The WebSocket opens.
    case accept
    /// The client gets this answer, and the connection is closed.
    case refuse(HTTPResponse)
}
