import CLibwebsockets
import Glibc
import Synchronization

/// Who hears what happens in a context: on the context's thread only.
protocol LibraryEvents: AnyObject, Sendable {
    func libraryCalled(_ event: LibraryEvent) -> Int32
}

/// One call of the library: which connection, what for, and some bytes.
///
/// `@unchecked Sendable`: lives for the time of the call, and never leaves the thread that it is made
/// on; it only passes from the call's lack of an isolation into the actor's.
struct LibraryEvent: @unchecked Sendable {
    let wsi: OpaquePointer
    let reason: lws_callback_reasons
    let bytes: UnsafeMutableRawPointer?
    let count: Int

    /// The number that the connection was given when it was made; 0 for the library's own.
    var number: UInt64 {
        UInt64(UInt(bitPattern: lws_get_opaque_user_data(wsi)))
    }
}

/// One `lws_context` on an event loop of ours, used on its thread only; must be destroyed.
final class LibraryContext {
    /// What a context is for.
    enum Purpose {
        case server
        case client(tls: Bool)
    }

    /// Contexts are made and destroyed one at a time: the library's globals have no lock.
    private static let globals = Mutex(())

    let pointer: OpaquePointer
    let host: OpaquePointer
    private let loop: EventLoop
    private let strings: [UnsafeMutablePointer<CChar>]
    private let protocols: UnsafeMutablePointer<lws_protocols>
    private let policy: UnsafeMutablePointer<lws_retry_bo_t>
    private let loops: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    /// The library sets what this points at to nil when the last bit of the context is gone.
    private let alive: UnsafeMutablePointer<OpaquePointer?>
    private let owner: Unmanaged<EventsBox>
    /// What the library wakes itself with.
    private let pipe: (descriptor: Int32, handle: UnsafeMutablePointer<uv_handle_t>)?

    /// Makes a context that tells its events to `events`, and keeps that until it is destroyed.
    init?(_ purpose: Purpose, on loop: EventLoop, events: any LibraryEvents) {
        _ = LibraryLog.isSetUp
        self.loop = loop
        owner = Unmanaged.passRetained(EventsBox(events))
        alive = .allocate(capacity: 1)
        alive.initialize(to: nil)
        loops = .allocate(capacity: 1)
        loops.initialize(to: UnsafeMutableRawPointer(loop.handle))
        // All zero: no pings of the library's, we have our own.
        policy = .allocate(capacity: 1)
        policy.initialize(to: lws_retry_bo_t())
        protocols = .allocate(capacity: 2)

        var info = lws_context_creation_info()
        info.options = UInt64(LWS_SERVER_OPTION_LIBUV)
        let name: String
        switch purpose {
        case .server:
            name = "server"
            info.port = CONTEXT_PORT_NO_LISTEN_SERVER
            info.vhost_name = UnsafePointer(Self.copy("server"))
        case .client(let tls):
            name = "client"
            info.port = CONTEXT_PORT_NO_LISTEN
            info.vhost_name = UnsafePointer(Self.copy("client"))
            if tls {
                info.options |= UInt64(LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT)
                info.alpn = UnsafePointer(Self.copy("http/1.1"))
            }
        }
        // No proxy: the library would take $http_proxy even for a server on this machine.
        info.http_proxy_address = UnsafePointer(Self.copy(":0"))
        let nameCopy = Self.copy(name)
        strings =
            [nameCopy]
            + [info.vhost_name, info.alpn, info.http_proxy_address].compactMap {
                UnsafeMutablePointer(mutating: $0)
            }
        protocols.initialize(
            to: lws_protocols(
                name: UnsafePointer(nameCopy),
                callback: libraryCallback,
                per_session_data_size: 0,
                rx_buffer_size: 4096,
                id: 0,
                user: nil,
                // Offers the socket whole frames: one system call each, as long as it takes them.
                tx_packet_size: 64 << 20
            )
        )
        protocols.advanced(by: 1).initialize(to: lws_protocols())
        info.protocols = UnsafePointer(protocols)
        info.user = owner.toOpaque()
        info.foreign_loops = loops
        info.pcontext = alive
        info.retry_and_idle_policy = UnsafePointer(policy)
        // 0 would be the superuser; -1 changes nothing.
        info.gid = -1
        info.uid = -1
        info.pt_serv_buf_size = 16 << 10
        info.max_http_header_data2 = 60 << 10
        // Our own deadlines come first; these are the library's, in case we forget one.
        info.timeout_secs = 60
        info.keepalive_timeout = 3600
        info.timeout_secs_ah_idle = 60

        let before = loop.watched
        let address = Self.globals.withLock { _ in UInt(bitPattern: lws_create_context(&info)) }
        guard let made = OpaquePointer(bitPattern: address),
            let host = lws_get_vhost_by_name(made, info.vhost_name)
        else {
            return nil
        }
        pipe = loop.watched.first { before[$0.key] == nil }.map { ($0.key, $0.value) }
        pointer = made
        self.host = host
        alive.pointee = made
    }

    /// Closes every connection, tells their ends, and lets go of everything.
    ///
    /// Not from within an event of this context.
    func destroy() {
        Self.globals.withLock { _ in lws_context_destroy(pointer) }
        guard occupyPipe() else {
            owner.takeUnretainedValue().events = nil
            return
        }
        // libuv closes handles at its next turns; after the last one the context may go.
        for _ in 0..<16 where alive.pointee != nil {
            loop.poll()
        }
        if let rest = alive.pointee {
            Self.globals.withLock { _ in lws_context_destroy(rest) }
        }
        precondition(alive.pointee == nil, "libwebsockets did not let go of its context")
        owner.release()
        alive.deallocate()
        loops.deallocate()
        policy.deallocate()
        protocols.deallocate()
        for string in strings {
            free(string)
        }
    }

    /// Sees to it that the library closes no file of somebody else's.
    ///
    /// It has closed its pipe, and at the loop's next turn will close the same number again. Until
    /// then another thread may have been given the number, for a database, say. So the number is
    /// taken before; if it is not to be had, the context stays as it is, in memory: some 100 KB.
    /// - Returns: whether the number is ours
    private func occupyPipe() -> Bool {
        guard let pipe else { return true }
        let copy = fcntl(uv_backend_fd(loop.handle), F_DUPFD_CLOEXEC, pipe.descriptor)
        if copy == pipe.descriptor {
            return true
        }
        close(copy)
        pipe.handle.pointee.close_cb = nil
        loop.abandon()
        return false
    }

    /// Makes the library look at its timers at the loop's next turn; needed after setting one from
    /// outside of its events.
    func nudge() {
        lws_cancel_service(pointer)
    }

    private static func copy(_ string: String) -> UnsafeMutablePointer<CChar> {
        guard let copy = strdup(string) else {
            preconditionFailure("out of memory")
        }
        return copy
    }
}

/// Gives the library a plain pointer to whoever hears its events.
private final class EventsBox {
    var events: (any LibraryEvents)?

    init(_ events: any LibraryEvents) {
        self.events = events
    }
}

/// Every call of the library comes here; file-scope, because a closure would take on an isolation.
private func libraryCallback(
    _ wsi: OpaquePointer?,
    _ reason: lws_callback_reasons,
    _ user: UnsafeMutableRawPointer?,
    _ bytes: UnsafeMutableRawPointer?,
    _ count: Int
) -> Int32 {
    guard let wsi, reason.concernsUs, let context = lws_get_context(wsi),
        let box = lws_context_user(context)
    else { return 0 }
    let event = LibraryEvent(wsi: wsi, reason: reason, bytes: bytes, count: count)
    let events = Unmanaged<EventsBox>.fromOpaque(box).takeUnretainedValue().events
    return events?.libraryCalled(event) ?? 0
}

extension lws_callback_reasons {
    /// Tells the few reasons that anything is done for from the many for which the answer is 0.
    fileprivate var concernsUs: Bool {
        switch self {
        case LWS_CALLBACK_RAW_RX, LWS_CALLBACK_RAW_WRITEABLE, LWS_CALLBACK_RAW_CLOSE,
            LWS_CALLBACK_WSI_DESTROY, LWS_CALLBACK_WS_PEER_INITIATED_CLOSE,
            LWS_CALLBACK_CLIENT_CONNECTION_ERROR, LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH,
            LWS_CALLBACK_CLIENT_ESTABLISHED, LWS_CALLBACK_CLIENT_RECEIVE,
            LWS_CALLBACK_CLIENT_WRITEABLE, LWS_CALLBACK_CLIENT_CLOSED,
            LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
            true
        default:
            false
        }
    }
}
