import CLibwebsockets
import Glibc
import Synchronization
import Threads

/// The service thread that all clients of the process share, with its contexts.
///
/// It lives as long as the process: a thread that waits costs nothing.
actor ClientCore: LibraryEvents {
    static let shared = ClientCore()

    private struct WeakClient {
        weak var client: WebSocketClient?
    }

    let executor: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    let loop: EventLoop
    private var plain: LibraryContext?
    /// Apart, because it reads the system's certificates, which takes longer than all the rest.
    private var secure: LibraryContext?
    private var clients: [UInt64: WeakClient] = [:]

    private init() {
        loop = EventLoop()
        executor = ThreadExecutor(name: "ws-clients", loop: loop)
    }

    nonisolated func libraryCalled(_ event: LibraryEvent) -> Int32 {
        assumeIsolated { core in
            guard let client = core.clients[event.number]?.client else { return 0 }
            return client.assumeIsolated { $0.handle(event) }
        }
    }

    /// Begins to connect; the rest comes as events.
    /// - Returns: nil, or what went wrong right away
    func connect(
        _ client: WebSocketClient,
        number: UInt64,
        to url: WebSocketURL,
        subprotocol: String?
    ) -> WebSocketClientError? {
        guard let context = context(isSecure: url.isSecure) else {
            let reason = "libwebsockets does not start; is libwebsockets-evlib-uv installed?"
            return .unreachable(url.hostField, reason: reason)
        }
        clients[number] = WeakClient(client: client)
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
        info.address = lend(url.host)
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
        guard lws_client_connect_via_info(&info) == nil else {
            context.nudge()
            return nil
        }
        let error = errno
        clients[number] = nil
        return .unreachable(url.hostField, reason: Self.reason(error, host: url.host))
    }

    /// Forgets a client whose connection is no more, or who is no more.
    func forget(number: UInt64) {
        clients[number] = nil
    }

    /// Drops a connection at the library's next turn, with no farewell.
    func kill(_ wsi: OpaquePointer) {
        clws_kill(wsi)
        plain?.nudge()
        secure?.nudge()
    }

    private func context(isSecure: Bool) -> LibraryContext? {
        if isSecure {
            secure = secure ?? LibraryContext(.client(tls: true), on: loop, events: self)
            return secure
        }
        plain = plain ?? LibraryContext(.client(tls: false), on: loop, events: self)
        return plain
    }

    /// The library keeps the reason to itself when it fails at once; what it left behind tells.
    private static func reason(_ error: Int32, host: String) -> String {
        var list: UnsafeMutablePointer<addrinfo>?
        let lookup = getaddrinfo(host, nil, nil, &list)
        guard lookup == 0 else { return String(cString: gai_strerror(lookup)) }
        freeaddrinfo(list)
        return error == 0 ? "no connection" : String(cString: strerror(error))
    }
}
