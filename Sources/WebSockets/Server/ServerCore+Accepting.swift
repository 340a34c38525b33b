import CLibwebsockets
import Glibc

/// Somebody who is connected and not let in yet.
struct Newcomer {
    let descriptor: Int32
    let address: NetworkAddress
}

extension ServerCore {
    /// How many connections are accepted before those that are there get their turn; fewer than may be
    /// strangers, so that whoever has something to say is heard before another one needs the place.
    private static let acceptsPerTurn = 25
    /// How long to wait when there are no descriptors left, in milliseconds.
    private static let acceptPause: UInt64 = 200

    func accept(from listener: Int32) {
        for _ in 0..<Self.acceptsPerTurn {
            guard newcomer == nil, makeRoom() else { return }
            var storage = sockaddr_storage()
            let descriptor = clws_accept(listener, &storage)
            guard descriptor >= 0 else {
                switch errno {
                case ECONNABORTED, EINTR: continue
                case EAGAIN: return
                default:
                    // Out of descriptors or memory. The socket stays readable, so watching on
                    // would mean running in circles.
                    if case .insteadOf(let peer) = strangers.roomInsteadOfAny(now: loop.now) {
                        crowdOut(peer)
                    }
                    pauseAccepting(for: Self.acceptPause)
                    return
                }
            }
            letIn(Newcomer(descriptor: descriptor, address: NetworkAddress(storage)))
        }
    }

    /// Sees to it that there is a seat.
    ///
    /// - Returns: false if one will be free in a moment
    private func makeRoom() -> Bool {
        guard peers.count >= configuration.maximumConnections else { return true }
        switch configuration.maximumStrangers.flatMap({ _ in
            strangers.roomInsteadOfAny(now: loop.now)
        }) {
        case .insteadOf(let peer):
            crowdOut(peer)
            return true
        case .later(let time):
            pauseAccepting(for: time)
            return false
        case .free, nil:
            // All have logged in: whoever comes is told so.
            return true
        }
    }

    private func letIn(_ newcomer: Newcomer) {
        guard peers.count < configuration.maximumConnections else {
            turnAway(newcomer.descriptor)
            return
        }
        switch strangers.room(for: newcomer.address.household, now: loop.now) {
        case .free:
            adopt(newcomer)
        case .insteadOf(let peer):
            crowdOut(peer)
            adopt(newcomer)
        case .later(let time):
            self.newcomer = newcomer
            pauseAccepting(for: time)
        }
    }

    private func pauseAccepting(for time: UInt64) {
        for watcher in watchers {
            watcher.pause()
        }
        isAcceptingPaused = true
        acceptTimer?.schedule(afterMilliseconds: max(1, time))
    }

    func resumeAccepting() {
        guard isAcceptingPaused else { return }
        isAcceptingPaused = false
        for watcher in watchers {
            watcher.resume()
        }
        if let newcomer = newcomer.take() { letIn(newcomer) }
    }

    func stopAccepting() {
        for watcher in watchers {
            watcher.close()
        }
        watchers = []
        if let newcomer = newcomer.take() { Glibc.close(newcomer.descriptor) }
    }

    private func adopt(_ newcomer: Newcomer) {
        guard let context else { return }
        var yes: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(newcomer.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, size)
        let id = seats.take(Self.newNumber())
        guard let seat = seats[id] else { preconditionFailure("a seat that was taken is there") }
        seat.pointee.descriptor = newcomer.descriptor
        let peer = Peer(id: id, address: newcomer.address, seat: seat, now: loop.now)
        peers[peer.id.rawValue] = peer
        if configuration.maximumStrangers != nil {
            peer.isStranger = true
            strangers.insert(peer)
        }
        var info = lws_adopt_desc_t()
        info.vh = context.host
        // As a mere socket: what comes from it is for us to read.
        info.type = LWS_ADOPT_SOCKET
        info.fd.sockfd = newcomer.descriptor
        info.opaque = UnsafeMutableRawPointer(bitPattern: UInt(peer.id.rawValue))
        // Closes the socket itself if it fails.
        guard let wsi = lws_adopt_descriptor_vhost_via_info(&info) else {
            peerIsGone(peer)
            return
        }
        peer.wsi = wsi
        watchDeadline(of: peer)
    }

    private func turnAway(_ descriptor: Int32) {
        crowdedOut += 1
        let response = HTTPResponse(status: 503, text: "Too many connections.\n")
        let bytes = response.wireBytes(method: "GET", keepsConnection: false)
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
        shutdown(descriptor, Int32(SHUT_WR))
        Glibc.close(descriptor)
    }

    // MARK: - Strangers

    /// Takes a connection's client for somebody who is known, and may stay whatever the others do.
    func recognize(_ connection: ConnectionID) {
        guard let peer = peers[connection.rawValue] else { return }
        forgetStranger(peer)
    }

    /// Whoever waits for a place may have it now.
    func forgetStranger(_ peer: Peer) {
        peer.isStranger = false
        if strangers.remove(peer), isAcceptingPaused { acceptTimer?.schedule(afterMilliseconds: 0) }
    }

    /// Closes a connection at once, so that its place is free.
    private func crowdOut(_ peer: Peer) {
        crowdedOut += 1
        if peer.phase == .open {
            let code = configuration.crowdedCode
            peer.closeCode = code
            write(WebSocketFrame(closing: code, reason: "too many have not logged in"), to: peer)
        }
        guard let wsi = peer.wsi, !peer.isFinished else { return peerIsGone(peer) }
        clws_kill_now(wsi)
        // The library tells it on its way out; if not, it is gone all the same.
        peerIsGone(peer)
    }
}
