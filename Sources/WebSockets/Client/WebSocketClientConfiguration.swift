/// A client's limits and timeouts.
public struct WebSocketClientConfiguration: Sendable {
    /// A longer message closes the connection with 1009.
    public var maximumMessageBytes = 16 << 20
    /// With so many unread messages the client stops reading from the socket until half are read.
    public var maximumBufferedMessages = 256
    /// The time for connecting and the server's answer.
    public var connectTimeout: Duration = .seconds(10)
    /// How long the server is given to answer a close frame.
    public var closeTimeout: Duration = .seconds(3)

    /// Starts from the defaults.
    public init() {}
}
