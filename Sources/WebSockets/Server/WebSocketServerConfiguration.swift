/// Where a server listens and how much it takes.
public struct WebSocketServerConfiguration: Sendable {
    /// An address or a host's name; every address that a name stands for is listened on.
    public var host = "localhost"
    /// The TCP port; 0 takes any free one.
    public var port = 0
    /// Lets other servers listen on the same port too; the kernel spreads clients over them.
    public var sharesPort = false
    /// The path at which a WebSocket opens; at any other an upgrade is refused with 404.
    public var path = "/ws"
    /// The subprotocol that is spoken.
    public var subprotocol = "jobsync.v1.json"

    /// A message of at least so many bytes is sent compressed to clients that take that
    /// (permessage-deflate); nil compresses none, and takes no compressed ones.
    public var compressedFrom: Int?
    /// A longer message closes the connection with 1009.
    public var maximumMessageBytes = 1 << 20
    /// A longer body of an HTTP request is refused with 413.
    public var maximumRequestBodyBytes = 64 << 10
    /// A client beyond is answered 503 and dropped, if there is no stranger who can go.
    public var maximumConnections = 20_000
    /// How many connections there may be of clients that are not known; nil for any number.
    ///
    /// All are strangers, WebSockets and others, until ``WebSocketServer/recognize(_:)`` says otherwise. When
    /// there is one too many, the one that has been silent for longest is closed.
    public var maximumStrangers: Int?
    /// How many of them there may be of one address, or of one network of version 6.
    public var maximumStrangersOfAddress: Int?
    /// How long a message may be on a connection that was not recognized, if strangers are limited.
    public var maximumStrangerMessageBytes = 1 << 20

    /// The time for a whole request, head and body together, from its first byte on; the first request's
    /// begins with the connection.
    public var handshakeTimeout: Duration = .seconds(10)
    /// How long an HTTP connection is kept open for another request.
    public var idleTimeout: Duration = .seconds(30)
    /// After so long without a sound a client is sent a ping.
    public var pingInterval: Duration = .seconds(25)
    /// A client that stays silent so long after a ping is dropped with ``pongCode``.
    public var pongTimeout: Duration = .seconds(10)
    /// A client that accepts no byte for so long, with some to be sent, is dropped with ``stallCode``.
    public var stallTimeout: Duration = .seconds(10)
    /// How long a client is given to answer a close frame.
    public var closeTimeout: Duration = .seconds(3)
    /// The close code for a client that accepts no byte.
    public var stallCode = WebSocketCloseCode(rawValue: 4004)
    /// The close code for a stranger who had to go for another one.
    public var crowdedCode = WebSocketCloseCode(rawValue: 4009)
    /// The close code for a client that does not answer a ping.
    public var pongCode = WebSocketCloseCode(rawValue: 4005)

    /// Starts from the defaults.
    public init() {}
}
