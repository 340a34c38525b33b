public import WebSockets

/// Is told what clients and server say to each other; called on the network's thread, so it must not block.
public protocol MessageRecorder: Sendable {
    /// Tells that the server's list of jobs is known, before anybody can connect.
    ///
    /// - Parameter epoch: The history that positions belong to.
    func serverOpened(epoch: String)

    /// Tells that a client has connected.
    ///
    /// - Parameter connection: The connection.
    func connectionOpened(_ connection: ConnectionID)

    /// Tells of a message from a client; it may hold a token.
    ///
    /// - Parameters:
    ///   - message: The text as it came.
    ///   - connection: Who sent it.
    func messageReceived(_ message: [UInt8], on connection: ConnectionID)

    /// Tells of a message to a client.
    ///
    /// - Parameters:
    ///   - frame: The message.
    ///   - connection: Who is sent it.
    func messageSent(_ frame: WebSocketFrame, on connection: ConnectionID)

    /// Tells that a client has gone.
    ///
    /// - Parameters:
    ///   - connection: The connection.
    ///   - code: How it ended.
    func connectionClosed(_ connection: ConnectionID, code: WebSocketCloseCode)
}
