public import Threads

/// Serves WebSockets and plain HTTP on one port, on a thread of its own.
///
/// The thread is the executor of the delegate: the network's events are the delegate's calls, and the
/// methods here that are not `async` may be called there and nowhere else (it stops the process).
/// One server is one thread; several that share a port (``WebSocketServerConfiguration/sharesPort``)
/// use several processors.
public final class WebSocketServer: Sendable {
    /// Runs the service thread; the delegate's executor.
    public var executor: ThreadExecutor { core.executor }

    private let core: ServerCore

    /// The executor as an actor's `unownedExecutor` wants it.
    ///
    /// Safe, since an actor that takes it from its server keeps the server alive.
    @safe public var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Makes a server that does not listen yet.
    /// - Parameter configuration: where to listen and how much to take
    public init(configuration: WebSocketServerConfiguration) {
        core = ServerCore(configuration: configuration)
    }

    /// Starts to listen.
    ///
    /// The server keeps the delegate until it has stopped. May be called once.
    /// - Parameter delegate: an actor on ``executor``
    /// - Returns: the first address that is listened on, with the port that was found
    /// - Throws: ``WebSocketServerError`` if the address or the port cannot be had
    public func start(
        delegate: any WebSocketServerDelegate
    ) async throws(WebSocketServerError) -> NetworkAddress {
        try await core.start(delegate: delegate)
    }

    /// Stops to listen, closes every connection, and lets go of everything but the thread.
    ///
    /// The delegate hears of every connection's end before this returns. The thread stays the executor
    /// of the delegate, and ends when the last reference to it goes. May be called once.
    /// - Parameters:
    ///   - code: the close code for all
    ///   - reason: the close reason, at most 123 bytes
    ///   - grace: how long to wait for the clients' answers and for HTTP requests under way
    public func stop(
        code: WebSocketCloseCode = .goingAway,
        reason: String = "",
        grace: Duration = .seconds(3)
    ) async {
        await core.stop(code: code, reason: reason, grace: grace)
    }

    /// Sends a frame now, or as soon as the socket takes it.
    ///
    /// Only on the service thread. After `choked`, more may be sent, but it piles up in memory.
    /// - Parameters:
    ///   - frame: the frame, shared by all who get it
    ///   - connection: who is to get it
    /// - Returns: what became of it
    @discardableResult
    public func send(_ frame: WebSocketFrame, to connection: ConnectionID) -> SendOutcome {
        core.assumeIsolated { $0.send(frame, to: connection) }
    }

    /// Sends a frame to many connections, each as ``send(_:to:)-swift.method`` would.
    ///
    /// Only on the service thread. Costs little beyond the system call for each.
    /// - Parameters:
    ///   - frame: the frame, shared by all who get it
    ///   - connections: who is to get it
    /// - Returns: those of whom the system did not take all of it, and what became of it
    public func send(
        _ frame: WebSocketFrame,
        to connections: ArraySlice<ConnectionID>
    ) -> [(connection: ConnectionID, outcome: SendOutcome)] {
        core.assumeIsolated { $0.send(frame, to: connections) }
    }

    /// Closes a connection in due form: the client is told why, and given some time to answer.
    ///
    /// Only on the service thread. ``WebSocketServerDelegate/connectionClosed(_:code:)`` follows when
    /// the client has answered or the time is over; nothing is received or sent any more until then.
    /// - Parameters:
    ///   - connection: which one
    ///   - code: the close code
    ///   - reason: the close reason, at most 123 bytes
    public func close(
        _ connection: ConnectionID,
        code: WebSocketCloseCode,
        reason: String = ""
    ) {
        core.assumeIsolated { $0.close(connection, code: code, reason: reason) }
    }

    /// Drops a connection with all that was to be sent to it, and without a farewell; only on the service thread.
    ///
    /// - Parameters:
    ///   - connection: which one; one that is gone is ignored
    ///   - code: what the delegate is told
    public func drop(_ connection: ConnectionID, code: WebSocketCloseCode) {
        core.assumeIsolated { $0.drop(connection, code: code) }
    }

    /// Reads nothing more from a connection, so that its sender has to wait; only on the service thread.
    ///
    /// What was read already may still arrive.
    /// - Parameter connection: which one
    public func pauseReceiving(from connection: ConnectionID) {
        core.assumeIsolated { $0.setReceiving(false, from: connection) }
    }

    /// Reads from a connection again, only on the service thread.
    /// - Parameter connection: which one
    public func resumeReceiving(from connection: ConnectionID) {
        core.assumeIsolated { $0.setReceiving(true, from: connection) }
    }

    /// Tells that a connection's client is known, and so is no stranger; only on the service thread.
    /// - Parameter connection: which one
    public func recognize(_ connection: ConnectionID) {
        core.assumeIsolated { $0.recognize(connection) }
    }

    /// Counts the connections that were not recognized, only on the service thread; 0 if they are not limited.
    public var strangers: Int { core.assumeIsolated { $0.strangers.count } }

    /// Counts the connections of which there were too many, who were not let in or had to go, only on the
    /// service thread.
    public var crowdedOut: Int { core.assumeIsolated { $0.crowdedOut } }

    /// Counts the bytes of frames that were sent to a connection, only on the service thread.
    /// - Parameter connection: which one
    /// - Returns: frames with their headers, including what the socket has yet to take
    public func bytesSent(to connection: ConnectionID) -> UInt64 {
        core.assumeIsolated { $0.bytesSent(to: connection) }
    }

    /// Counts the bytes of frames that were sent to all connections that there have been, only on the service thread.
    public var bytesSent: UInt64 { core.assumeIsolated { $0.bytesSent } }

    /// Marks what was sent to a connection up to now, only on the service thread.
    ///
    /// Costs three system calls, so it is for samples.
    /// - Parameter connection: which one
    /// - Returns: the mark, or nil if there is nothing to be told just now
    public func mark(_ connection: ConnectionID) -> AcknowledgementMark? {
        core.assumeIsolated { $0.mark(connection) }
    }

    /// Tells whether the other end has acknowledged everything before a mark, only on the service thread.
    ///
    /// The other end of the TCP connection, that is: a proxy, where there is one.
    /// - Parameter mark: the mark
    /// - Returns: whether it has, or nil if the connection is gone
    public func hasAcknowledged(_ mark: AcknowledgementMark) -> Bool? {
        core.assumeIsolated { $0.hasAcknowledged(mark) }
    }

    /// Tells who is at the other end of a connection, only on the service thread.
    /// - Parameter connection: which one
    /// - Returns: the address, or nil if the connection is gone
    public func remoteAddress(of connection: ConnectionID) -> NetworkAddress? {
        core.assumeIsolated { $0.remoteAddress(of: connection) }
    }
}
