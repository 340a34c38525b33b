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
        /// The delegate thinks about its answer.
        case answering
        /// The answer goes out.
        case writing
        /// The WebSocket is open.
        case open
        /// The server has sent a close frame, and waits for the client's.
        case closing
        /// Everything is said: what is still to go out goes out, and what comes in is thrown away.
        case leaving
        /// The library has closed the connection.
        case gone
    }

    let id: ConnectionID
    let address: NetworkAddress
    let connectedAt: UInt64
    /// What of this is needed to send.
    let seat: UnsafeMutablePointer<Seat>
    /// The library's handle; nil before it is made and after it is closed.
    var wsi: OpaquePointer?
    var phase = Phase.idle { didSet { seat.pointee.isFree = isFree } }
    /// When the phase began, or when a byte last went out in it.
    var since: UInt64
    /// What the socket has not taken yet.
    var output = OutputQueue() { didSet { seat.pointee.isFree = isFree } }
    /// An event of the library's is under way, which can end the connection.
    var isInEvent = false
    /// The connection is to be closed.
    var isFinished = false
    /// The library reads from it.
    var isReading = true
    /// It has not logged in, and so counts as a stranger, whom the server can do without.
    var isStranger = false

    // HTTP.
    /// What has come and was not read; `looked` bytes of it are no whole head.
    var input: [UInt8] = []
    var looked = 0
    /// When the request began that is coming in; the first one begins with the connection.
    var requestSince: UInt64?
    var request: HTTPRequest?
    /// How many bytes the body has.
    var bodyCount = 0
    var keepsConnection = false
    /// Requests are being read; what ends one need not begin the next.
    var isAdvancing = false
    /// When the client must have taken the whole answer; of one that is made while it goes out, what there is.
    var answerLimit = UInt64.max
    /// The delegate's thinking about its answer.
    var thinking: Task<Void, Never>?
    /// What is still to be made of the answer.
    var stream: OutgoingStream?

    // WebSocket.
    /// The delegate has accepted it and is owed its end.
    var isAccepted = false
    var reader = FrameReader()
    /// Pongs that go out together, once what came in with their pings is read.
    var pongs: [UInt8] = []
    /// The newest ping that could not be answered, for the socket was full.
    var latePing: [UInt8]?
    /// Nothing is read from it for now, at the delegate's wish.
    var isPaused = false
    /// A close frame has come, so nothing more is to be expected.
    var isFarewelled = false
    var closeCode: WebSocketCloseCode?
    /// It has been agreed that messages may be compressed.
    var takesDeflated = false {
        didSet {
            seat.pointee.takesDeflated = takesDeflated
            reader.takesDeflated = takesDeflated
        }
    }
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
        connectedAt = now
        since = now
        lastHeard = now
        requestSince = now
    }

    /// The socket has not taken everything.
    var isChoked: Bool { !output.isEmpty }
    private var isFree: Bool { phase == .open && !isChoked }

    /// Whether there is any use in reading on.
    var wantsToRead: Bool {
        switch phase {
        case .idle, .receivingBody, .closing, .leaving: true
        case .open: !isPaused
        case .answering, .writing, .gone: false
        }
    }

    /// When the connection is to be looked at again, if nothing happens before; nil for never.
    func deadline(_ limits: PeerTimeouts) -> UInt64? {
        switch phase {
        case .idle, .receivingBody:
            // Head and body together: nothing that comes in makes it longer.
            requestSince.map { $0 + limits.handshake } ?? since + limits.idle
        case .closing, .leaving: since + limits.close
        case .writing where stream?.isMakingPiece == true: nil
        case .writing: min(since + limits.stall, answerLimit)
        case .answering: since + limits.glance
        case .gone: nil
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

    /// Whether the client has ended its side of the connection.
    var hasHungUp: Bool { clws_has_hung_up(seat.pointee.descriptor) != 0 }

    /// Whether the client has taken any byte since this was last asked.
    func madeProgress() -> Bool {
        let count = clws_acknowledged_bytes(seat.pointee.descriptor)
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
    /// How often is looked whether who waits for an answer is still there: nothing is read from it meanwhile.
    let glance: UInt64 = 1000

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
