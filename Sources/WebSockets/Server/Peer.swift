import CLibwebsockets

/// What a server knows of one client, from accepting its connection to the end of it.
///
/// Touched on the service thread only.
final class Peer {
    /// What the connection is at.
    enum Phase {
        /// A request's head is awaited, or is coming in.
        case idle
        /// A request's body is coming in.
        case receivingBody
        /// The answer is out already, and the rest of the body is thrown away.
        case discardingBody
        /// The delegate thinks about its answer.
        case answering
        /// The answer goes out.
        case writing
        /// The delegate has accepted a WebSocket, and the library shakes hands.
        case upgrading
        /// The WebSocket is open.
        case open
        /// A close frame has gone either way.
        case closing
        /// The library has closed the connection.
        case gone
    }

    let id: ConnectionID
    let address: NetworkAddress
    /// What of this is needed to send.
    let seat: UnsafeMutablePointer<Seat>
    /// The library's handle; nil before it is made and after it is closed.
    var wsi: OpaquePointer? { didSet { seat.pointee.wsi = wsi } }
    var phase = Phase.idle { didSet { seat.pointee.isFree = isFree } }
    /// When the phase began, or when a byte last went out in it.
    var since: UInt64

    // HTTP.
    var request: HTTPRequest?
    /// How many bytes of the body are to come.
    var bodyCount = 0
    var keepsConnection = false
    var hasHadRequest = false
    /// The answer, of which the library has had `outputSent` bytes.
    var output: [UInt8] = []
    var outputSent = 0
    /// The library waits for us to come back, so we may answer at once.
    var isInEvent = false

    // WebSocket.
    /// The delegate has accepted it and is owed its end.
    var isAccepted = false
    /// What has come of a message.
    var message: [UInt8] = []
    /// Nothing is read from it for now, at the delegate's wish.
    var isPaused = false
    var closeCode: WebSocketCloseCode?
    /// What the client said of compression lets it be sent what all are sent.
    var offersDeflate = false
    /// It has been agreed that messages may be compressed.
    var takesDeflated = false { didSet { seat.pointee.takesDeflated = takesDeflated } }
    /// The library holds bytes that the socket did not take.
    var isChoked = false { didSet { seat.pointee.isFree = isFree } }
    /// How many bytes the client had acknowledged when that was looked at last.
    var acknowledged: UInt64 = 0
    var lastHeard: UInt64
    var pingedAt: UInt64?

    init(
        id: ConnectionID,
        address: NetworkAddress,
        seat: UnsafeMutablePointer<Seat>,
        now: UInt64
    ) {
        self.id = id
        self.seat = seat
        self.address = address
        since = now
        lastHeard = now
    }

    private var isFree: Bool { phase == .open && !isChoked }

    /// When the connection is to be looked at again, if nothing happens before; nil for never.
    func deadline(_ limits: PeerTimeouts) -> UInt64? {
        switch phase {
        case .idle: since + (hasHadRequest ? limits.idle : limits.handshake)
        case .receivingBody, .upgrading: since + limits.handshake
        case .discardingBody, .closing: since + limits.close
        case .writing: since + limits.stall
        case .answering, .gone: nil
        case .open:
            if isChoked {
                since + limits.stall
            } else if isPaused {
                nil
            } else if let pingedAt {
                pingedAt + limits.pong
            } else {
                lastHeard + limits.ping
            }
        }
    }

    /// Whether the client has taken any byte since this was last asked, for one that is choked.
    func madeProgress() -> Bool {
        guard let wsi else { return false }
        let count = clws_acknowledged_bytes(lws_get_socket_fd(wsi))
        defer { acknowledged = count }
        return count != acknowledged
    }
}

/// A server's timeouts on its loop's clock, in milliseconds.
struct PeerTimeouts {
    let handshake: UInt64
    let idle: UInt64
    let close: UInt64
    let stall: UInt64
    let ping: UInt64
    let pong: UInt64

    init(_ configuration: WebSocketServerConfiguration) {
        handshake = configuration.handshakeTimeout.milliseconds
        idle = configuration.idleTimeout.milliseconds
        close = configuration.closeTimeout.milliseconds
        stall = configuration.stallTimeout.milliseconds
        ping = configuration.pingInterval.milliseconds
        pong = configuration.pongTimeout.milliseconds
    }
}

extension Duration {
    /// Whole milliseconds, at least 1.
    var milliseconds: UInt64 {
        UInt64(max(1, components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000))
    }
}
