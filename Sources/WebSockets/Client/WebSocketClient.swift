import Threads

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
///
/// Letting go of the client drops the connection.
public actor WebSocketClient {
    /// How a connection ended.
    public struct Closure: Sendable, Equatable {
        /// The code that the server sent; 1006 if the connection broke.
        ///
        /// The library shows the codes 1012 to 2999 as 1002.
        public var code: WebSocketCloseCode
        /// The server's reason, often empty.
        public var reason: String

        /// Joins a code and a reason.
        /// - Parameters:
        ///   - code: the code that the server sent
        ///   - reason: the server's reason
        public init(code: WebSocketCloseCode, reason: String) {
            self.code = code
            self.reason = reason
        }
    }

    enum Phase {
        case new
        case connecting(CheckedContinuation<WebSocketClientError?, Never>)
        case open
        /// A close frame has gone either way.
        case closing
        case closed
    }

    /// The thread that all clients share.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { core.unownedExecutor }

    /// How the connection ended; nil while it is open or before it was opened.
    public internal(set) var closure: Closure?

    /// The subprotocol that the server chose; nil if none.
    public internal(set) var chosenSubprotocol: String?

    /// The messages that the server sends, whole, as UTF-8; ends when the connection is closed.
    ///
    /// For one reader. When it falls behind, the client stops reading from the socket.
    public nonisolated var messages: Messages { Messages(client: self) }

    nonisolated let core = ClientCore.shared
    let configuration: WebSocketClientConfiguration
    /// What the connection, or the attempt at one, goes by.
    var number: UInt64 = 0
    var phase = Phase.new
    var wsi: OpaquePointer?
    var target = ""
    var headers: HTTPHeaders = [:]
    var hasTimedOut = false

    /// What has come of a message, and the whole ones that nobody has read.
    var partial: [UInt8] = []
    var inbox: [[UInt8]] = []
    var isPaused = false
    var reader: CheckedContinuation<[UInt8]?, Never>?

    /// The library holds bytes that the socket did not take; who waits for that to be over.
    var isChoked = false
    var senders: [CheckedContinuation<Void, Never>] = []
    var closers: [CheckedContinuation<Void, Never>] = []

    /// Makes a client that is not connected yet.
    /// - Parameter configuration: limits and timeouts
    public init(configuration: WebSocketClientConfiguration = WebSocketClientConfiguration()) {
        self.configuration = configuration
    }

    deinit {
        // Not an isolated deinit: Swift 6.3 cannot compile users of this type with one when it
        // optimizes ("circular reference").
        let (core, number) = (core, number)
        Task { await core.abandon(number: number) }
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
        let parts = try WebSocketURL(url)
        guard case .new = phase else { preconditionFailure("a client connects once") }
        phase = .closed
        target = parts.hostField
        self.headers = headers
        let addresses = try await Resolver.shared.addresses(of: parts.host)
        var failure: WebSocketClientError?
        for address in addresses {
            failure = await attempt(address, url: parts, subprotocol: subprotocol)
            guard case .unreachable = failure else { break }
        }
        if let failure {
            throw failure
        }
    }

    private func attempt(
        _ address: String,
        url: WebSocketURL,
        subprotocol: String?
    ) async -> WebSocketClientError? {
        let number = ServerCore.newNumber()
        self.number = number
        return await withCheckedContinuation { continuation in
            phase = .connecting(continuation)
            let failure = core.assumeIsolated { core in
                core.connect(
                    self,
                    number: number,
                    to: address,
                    url: url,
                    subprotocol: subprotocol
                )
            }
            if let failure {
                connected(failure)
            } else {
                startTimer(configuration.connectTimeout)
            }
        }
    }

    /// Sends a text message, and returns when the operating system has taken it.
    /// - Parameter text: the message
    /// - Throws: ``WebSocketClientError/closed``
    public nonisolated func send(_ text: String) async throws(WebSocketClientError) {
        try await transmit(WebSocketHeader.maskedFrame(opcode: .text, payload: text.utf8))
    }

    /// Sends a text message, and returns when the operating system has taken it.
    /// - Parameter text: the message in UTF-8
    /// - Throws: ``WebSocketClientError/closed``
    public nonisolated func send(_ text: [UInt8]) async throws(WebSocketClientError) {
        // Masked here, in the caller's time, and not on the thread that all clients share.
        try await transmit(WebSocketHeader.maskedFrame(opcode: .text, payload: text))
    }

    private func transmit(_ frame: [UInt8]) async throws(WebSocketClientError) {
        while isChoked {
            await withCheckedContinuation { senders.append($0) }
        }
        guard case .open = phase, write(frame) else { throw .closed }
    }

    /// Closes the connection, and returns when it is closed; messages still unread can be read.
    /// - Parameters:
    ///   - code: the close code
    ///   - reason: the close reason, at most 123 bytes
    public func close(code: WebSocketCloseCode = .normal, reason: String = "") async {
        switch phase {
        case .new:
            phase = .closed
        case .open:
            startClosing(code, reason: reason)
            await closed()
        case .connecting, .closing:
            await closed()
        case .closed:
            break
        }
    }

    private func closed() async {
        if case .closed = phase { return }
        await withCheckedContinuation { closers.append($0) }
    }
}
