/// One WebSocket connection to a server.
///
/// All clients of a process share one service thread.
///
/// ```swift
/// let client = WebSocketClient()
/// try await client.connect(to: "ws://localhost:8080/ws", subprotocol: "jobsync.v1.json")
/// try await client.send("hello")
/// for await message in client.messages { … }
/// print(await client.closure)
/// ```
public actor WebSocketClient {
    /// How a connection ended.
    public struct Closure: Sendable, Equatable {
        /// The server's code; 1006 if the connection broke.
        public var code: WebSocketCloseCode
        /// The server's reason, often empty.
        public var reason: String
    }

    /// How the connection ended; nil while it is open or before it was opened.
    public private(set) var closure: Closure?

    /// The subprotocol that the server chose; nil if none.
    public private(set) var chosenSubprotocol: String?

    /// The messages that the server sends, whole, as UTF-8; ends when the connection is closed.
    ///
    /// For one reader. When it falls behind, the client stops reading from the socket.
    public nonisolated var messages: Messages { Messages(client: self) }

    /// Makes a client that is not connected yet.
    /// - Parameter configuration: limits and timeouts
    public init(configuration: WebSocketClientConfiguration = WebSocketClientConfiguration()) {
        fatalError()
    }

    /// Connects; may be called once.
    /// - Parameters:
    ///   - url: `ws://host:port/path` or `wss://host:port/path`
    ///   - headers: further header fields, such as `Authorization`
    ///   - subprotocol: what to offer, or nil to offer none
    /// - Throws: ``WebSocketClientError``
    public func connect(
        to url: String,
        headers: HTTPHeaders = [:],
        subprotocol: String? = nil
    ) async throws(WebSocketClientError) {
        fatalError()
    }

    /// Sends a text message, and returns when the operating system has taken it.
    /// - Parameter text: the message
    /// - Throws: ``WebSocketClientError/closed``
    public func send(_ text: String) async throws(WebSocketClientError) {
        try await send(Array(text.utf8))
    }

    /// Sends a text message, and returns when the operating system has taken it.
    /// - Parameter text: the message in UTF-8
    /// - Throws: ``WebSocketClientError/closed``
    public func send(_ text: [UInt8]) async throws(WebSocketClientError) {
        fatalError()
    }

    /// Closes the connection, and returns when it is closed; messages still unread can be read.
    /// - Parameters:
    ///   - code: the close code
    ///   - reason: the close reason, at most 123 bytes
    public func close(code: WebSocketCloseCode = .normal, reason: String = "") async {
        fatalError()
    }
}

extension WebSocketClient {
    /// The messages of a connection, in their order.
    public struct Messages: AsyncSequence, Sendable {
        let client: WebSocketClient

        /// Starts to read; reads from where the last reader stopped.
        public func makeAsyncIterator() -> Iterator { Iterator(client: client) }

        /// Reads one message at a time.
        public struct Iterator: AsyncIteratorProtocol {
            let client: WebSocketClient

            /// Waits for the next message.
            /// - Returns: the message, or nil when the connection is closed or the task is cancelled
            public mutating func next() async -> [UInt8]? { fatalError() }
        }
    }
}
