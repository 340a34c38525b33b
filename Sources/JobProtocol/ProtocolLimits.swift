/// What one connection may ask of the server.
public struct ProtocolLimits: Hashable, Sendable {
    /// The size of a message in bytes.
    public var messageBytes = 1 << 20
    /// The size of a message in bytes before its sender has logged in.
    public var messageBytesBeforeLogin = 4 << 10
    /// How many messages may come before one of them logs in.
    public var messagesBeforeLogin = 10
    /// How deep a message may be nested.
    public var nesting = 32
    /// How many requests a batch may hold.
    public var batch = 100
    /// How many calls may be under way at once; more wait unread.
    public var callsInFlight = 64
    /// How many bytes of requests may be under way at once; more wait unread.
    public var requestBytes = 4 << 20
    /// How many bytes of costly answers may be under way at once, as far as can be foreseen; or one that
    /// has more.
    public var answerBytes = 256 << 10
    /// How long the answer to a batch may become in bytes.
    public var batchAnswerBytes = 16 << 20
    /// How many bytes of answers may wait, of all connections together.
    ///
    /// Those of batches wait for others of the same batch, all others to be read. Beyond it a batch is
    /// answered no more than ``answerBytes``.
    public var waitingAnswerBytes = 64 << 20
    /// How many bytes of answers may be unread, of all connections together.
    ///
    /// Beyond it those connections are closed that have left much unread for longest.
    public var unreadAnswerBytes = 128 << 20
    /// How many documents of a page, or ids of a list, count as one call.
    public var documentsPerCall = 100
    /// How many calls a second are answered in the long run.
    public var callsPerSecond = 1000
    /// How many subscriptions a connection may have.
    public var subscriptions = 16
    /// How many logs a connection may follow.
    public var tails = 16

    /// The limits that a server has unless it is told otherwise.
    public init() {}
}
