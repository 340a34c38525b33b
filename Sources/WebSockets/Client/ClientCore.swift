import CLibwebsockets
import Glibc
import Synchronization
import Threads

/// The service thread that all clients of the process share, with its contexts.
///
/// It lives as long as the process: a thread that waits costs nothing.
actor ClientCore: LibraryEvents {
    static let shared = ClientCore()

    private struct Connection {
        weak var client: WebSocketClient?
        /// The library's handle, from its first event to its last.
        var wsi: OpaquePointer?
        var timer: LoopTimer?
    }

    let executor: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    let loop: EventLoop
    private var plain: LibraryContext?
    /// Apart, because it reads the system's certificates, which takes longer than all the rest.
    private var secure: LibraryContext?
    private var connections: [UInt64: Connection] = [:]

    private init() {
        loop = EventLoop()
        executor = ThreadExecutor(name: "ws-clients", loop: loop)
    }

    nonisolated func libraryCalled(_ event: LibraryEvent) -> Int32 {
        assumeIsolated { $0.handle(event) }
    }

    private func handle(_ event: LibraryEvent) -> Int32 {
        let number = event.number
        guard connections[number] != nil else { return 0 }
        // Here and not in the client, who may be on its way out and hear no more.
        connections[number]?.wsi = event.wsi
        defer {
            if event.reason == LWS_CALLBACK_WSI_DESTROY {
                stopTimer(of: number)
                connections[number] = nil
            }
        }
        guard let client = connections[number]?.client else { return 0 }
        return client.assumeIsolated { $0.handle(event) }
    }

    /// Begins to connect; the rest comes as events.
    /// - Parameters:
    ///   - client: who hears the events
    ///   - number: what the connection goes by
    ///   - address: one of the host's
    ///   - url: what is asked for
    ///   - subprotocol: what is offered
    /// - Returns: nil, or what went wrong right away
    func connect(
        _ client: WebSocketClient,
        number: UInt64,
        to address: String,
        url: WebSocketURL,
        subprotocol: String?
    ) -> WebSocketClientError? {
        guard let context = context(isSecure: url.isSecure) else {
            let reason = "libwebsockets does not start; is libwebsockets-evlib-uv installed?"
            return .unreachable(url.hostField, reason: reason)
        }
        connections[number] = Connection(client: client)
        var strings: [UnsafeMutablePointer<CChar>?] = []
        defer {
            for string in strings {
                free(string)
            }
        }
        func lend(_ string: String) -> UnsafePointer<CChar>? {
            let copy = strdup(string)
            strings.append(copy)
            return UnsafePointer(copy)
        }
        var info = lws_client_connect_info()
        info.context = context.pointer
        info.vhost = context.host
        info.address = lend(address)
        info.port = Int32(url.port)
        info.path = lend(url.path)
        info.host = lend(url.hostField)
        info.protocol = subprotocol.flatMap(lend)
        info.local_protocol_name = lend("client")
        info.ietf_version_or_minus_one = -1
        info.alpn = lend("http/1.1")
        info.ssl_connection = Int32(LCCSCF_HTTP_NO_FOLLOW_REDIRECT.rawValue)
        if url.isSecure {
            info.ssl_connection |= Int32(LCCSCF_USE_SSL.rawValue)
        }
        info.opaque_user_data = UnsafeMutableRawPointer(bitPattern: UInt(number))
        errno = 0
        guard let wsi = lws_client_connect_via_info(&info) else {
            let error = errno
            connections[number] = nil
            let reason = error == 0 ? "no connection" : String(cString: strerror(error))
            return .unreachable(url.hostField, reason: reason)
        }
        connections[number]?.wsi = wsi
        context.nudge()
        return nil
    }

    /// Drops a connection at the library's next turn, with no farewell.
    /// - Parameter number: what it goes by; if it is gone already, nothing happens
    func drop(number: UInt64) {
        guard let wsi = connections[number]?.wsi else { return }
        clws_kill(wsi)
        plain?.nudge()
        secure?.nudge()
    }

    /// Drops the connection of a client that is no more.
    func abandon(number: UInt64) {
        stopTimer(of: number)
        drop(number: number)
    }

    /// Tells a connection's client when a time is over, in place of any other time.
    func startTimer(of number: UInt64, limit: Duration) {
        stopTimer(of: number)
        guard connections[number] != nil else { return }
        let timer = LoopTimer(on: loop) { [unowned self] in
            assumeIsolated { core in
                core.connections[number]?.client?.assumeIsolated { $0.timedOut() }
            }
        }
        timer.schedule(afterMilliseconds: limit.milliseconds)
        connections[number]?.timer = timer
    }

    func stopTimer(of number: UInt64) {
        connections[number]?.timer?.close()
        connections[number]?.timer = nil
    }

    private func context(isSecure: Bool) -> LibraryContext? {
        if isSecure {
            secure = secure ?? LibraryContext(.client(tls: true), on: loop, events: self)
            return secure
        }
        plain = plain ?? LibraryContext(.client(tls: false), on: loop, events: self)
        return plain
    }
}
