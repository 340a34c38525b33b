import CLibwebsockets
import Glibc
import Synchronization
import Threads

/// The server on its thread: the library's handles are its properties, and only the thread gets in.
///
/// Here are its state and its life; what the library tells is in the extensions.
actor ServerCore: LibraryEvents {
    /// Connections are numbered through the process, whatever server they are of.
    private static let lastNumber = Atomic<UInt64>(0)

    let executor: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    let configuration: WebSocketServerConfiguration
    let timeouts: PeerTimeouts
    let loop: EventLoop
    var context: LibraryContext?
    /// Compresses messages, if any are to be.
    let deflater: MessageDeflater?
    /// Decompresses what clients send, if they may compress it.
    let inflater: MessageInflater?
    var delegate: (any WebSocketServerDelegate)?
    var peers: [UInt64: Peer] = [:]
    /// Those who have not logged in.
    var strangers: Strangers
    /// Accepted, but not let in before somebody else is gone.
    var newcomer: Newcomer?
    /// How many connections were turned away or had to go, for there were too many.
    var crowdedOut = 0
    let seats: Seats
    /// Bytes of frames to all connections that there have been.
    var bytesSent: UInt64 = 0
    var watchers: [SocketWatcher] = []
    /// Looks after deadlines; and when it will, on the loop's clock.
    var sweepTimer: LoopTimer?
    var nextSweep = UInt64.max
    /// Whether the sweep that is due was too late, and comes once more.
    var isSweepPutOff = false
    var acceptTimer: LoopTimer?
    var isAcceptingPaused = false
    private var stopWaiter: CheckedContinuation<Void, Never>?

    init(configuration: WebSocketServerConfiguration) {
        self.configuration = configuration
        timeouts = PeerTimeouts(configuration)
        deflater = configuration.compressedFrom.map { _ in MessageDeflater() }
        inflater = configuration.compressedFrom.map { _ in MessageInflater() }
        strangers = Strangers(
            limit: configuration.maximumStrangers,
            limitOfAddress: configuration.maximumStrangersOfAddress
        )
        seats = Seats(capacity: configuration.maximumConnections)
        loop = EventLoop()
        executor = ThreadExecutor(name: "websockets", loop: loop)
    }

    /// Every call of the library; it comes on the loop's thread, which is ours.
    nonisolated func libraryCalled(_ event: LibraryEvent) -> Int32 {
        assumeIsolated { $0.handle(event) }
    }

    func start(
        delegate: any WebSocketServerDelegate
    ) throws(WebSocketServerError) -> NetworkAddress {
        precondition(context == nil && self.delegate == nil, "a server starts once")
        let sockets = try ListeningSockets.open(
            host: configuration.host,
            port: configuration.port,
            sharesPort: configuration.sharesPort
        )
        guard let context = LibraryContext(.server, on: loop, events: self) else {
            for socket in sockets {
                Glibc.close(socket.descriptor)
            }
            throw .system("libwebsockets does not start; is libwebsockets-evlib-uv installed?")
        }
        self.context = context
        self.delegate = delegate
        sweepTimer = LoopTimer(on: loop) { [unowned self] in
            assumeIsolated { $0.sweep() }
        }
        acceptTimer = LoopTimer(on: loop) { [unowned self] in
            assumeIsolated { $0.resumeAccepting() }
        }
        for socket in sockets {
            let descriptor = socket.descriptor
            watchers.append(
                SocketWatcher(descriptor, on: loop) { [unowned self] in
                    assumeIsolated { $0.accept(from: descriptor) }
                }
            )
        }
        return sockets[0].address
    }

    func stop(code: WebSocketCloseCode, reason: String, grace: Duration) async {
        guard let context else { return }
        stopAccepting()
        for peer in peers.values {
            switch peer.phase {
            case .idle: kill(peer)
            case .open: startClosing(peer, code: code, reason: reason)
            default: peer.keepsConnection = false
            }
        }
        if !peers.isEmpty {
            let timer = LoopTimer(on: loop) { [unowned self] in
                assumeIsolated { $0.stopWaiting() }
            }
            timer.schedule(afterMilliseconds: grace.milliseconds)
            await withCheckedContinuation { stopWaiter = $0 }
            timer.close()
        }
        sweepTimer?.close()
        acceptTimer?.close()
        (sweepTimer, acceptTimer) = (nil, nil)
        self.context = nil
        context.destroy()
        for peer in peers.values {
            peerIsGone(peer)
        }
        delegate = nil
    }

    private func stopWaiting() {
        stopWaiter?.resume()
        stopWaiter = nil
    }

    static func newNumber() -> UInt64 {
        lastNumber.wrappingAdd(1, ordering: .relaxed).newValue
    }

    // MARK: - The end of a connection

    /// Drops a connection at the library's next turn, with no farewell.
    func kill(_ peer: Peer) {
        guard let wsi = peer.wsi else { return }
        clws_kill(wsi)
        context?.nudge()
    }

    /// Forgets a connection that the library has closed, and tells the delegate.
    func peerIsGone(_ peer: Peer) {
        guard peer.phase != .gone else { return }
        peer.phase = .gone
        peer.wsi = nil
        peer.thinking?.cancel()
        peer.thinking = nil
        peers[peer.id.rawValue] = nil
        seats.leave(peer.id)
        forgetStranger(peer)
        if peer.isAccepted {
            let (id, code) = (peer.id, peer.closeCode ?? .abnormal)
            delegate?.assumeIsolated { $0.connectionClosed(id, code: code) }
        }
        if peers.isEmpty {
            stopWaiting()
        }
    }
}
