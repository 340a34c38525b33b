import CLibwebsockets

extension ServerCore {
    /// A client asks for another protocol than HTTP.
    func upgrade(_ peer: Peer, _ request: HTTPRequest) {
        let handshake: UpgradeRequest.Handshake
        switch UpgradeRequest.judge(request, configuration) {
        case .refused(let response): return refuse(peer, response)
        case .possible(let possible): handshake = possible
        }
        guard let delegate else { return finish(peer) }
        switch delegate.assumeIsolated({ $0.connectionRequested(request) }) {
        case .refuse(let response):
            refuse(peer, response)
        case .accept:
            peer.isAccepted = true
            peer.request = nil
            enqueue(handshake.answer[...], to: peer)
            // The socket was empty: what it does not take of so little is on its way to nobody.
            guard !peer.isChoked, peer.phase == .idle else { return finish(peer) }
            peer.takesDeflated = handshake.isDeflated
            opened(peer)
        }
    }

    private func opened(_ peer: Peer) {
        peer.phase = .open
        peer.requestSince = nil
        peer.since = loop.now
        peer.lastHeard = peer.since
        watchDeadline(of: peer)
        let id = peer.id
        delegate?.assumeIsolated { $0.connectionOpened(id) }
    }

    /// The socket has taken all that it was to take.
    func drained(_ peer: Peer) {
        sendLatePong(to: peer)
        guard !peer.isChoked, peer.phase == .open else { return }
        watchDeadline(of: peer)
        let id = peer.id
        delegate?.assumeIsolated { $0.connectionDrained(id) }
    }

    // MARK: - The delegate's wishes

    func close(_ connection: ConnectionID, code: WebSocketCloseCode, reason: String) {
        guard let peer = peers[connection.rawValue], peer.phase == .open else { return }
        startClosing(peer, code: code, reason: reason)
    }

    /// Drops a connection with all that was to be sent to it.
    func drop(_ connection: ConnectionID, code: WebSocketCloseCode) {
        guard let peer = peers[connection.rawValue] else { return }
        peer.closeCode = code
        kill(peer)
    }

    /// Reads from a connection, or lets its sender wait.
    func setReceiving(_ isReceiving: Bool, from connection: ConnectionID) {
        guard let peer = peers[connection.rawValue], peer.phase == .open else { return }
        peer.isPaused = !isReceiving
        if isReceiving {
            // It could not be heard before.
            peer.lastHeard = loop.now
            peer.pingedAt = nil
            watchDeadline(of: peer)
        }
        updateReading(of: peer)
    }

    func bytesSent(to connection: ConnectionID) -> UInt64 {
        seats[connection]?.pointee.bytesSent ?? 0
    }

    /// Marks how far a connection's bytes have come; nil if some are still to go, or it cannot be told.
    func mark(_ connection: ConnectionID) -> AcknowledgementMark? {
        guard let peer = peers[connection.rawValue], peer.phase == .open, !peer.isChoked else {
            return nil
        }
        let descriptor = peer.seat.pointee.descriptor
        let acknowledged = clws_acknowledged_bytes(descriptor)
        let rest = clws_unacknowledged_bytes(descriptor)
        // What was acknowledged between the two questions would be counted twice or not at all.
        guard rest >= 0, clws_acknowledged_bytes(descriptor) == acknowledged else { return nil }
        return AcknowledgementMark(connection: connection, bytes: acknowledged + UInt64(rest))
    }

    func hasAcknowledged(_ mark: AcknowledgementMark) -> Bool? {
        guard let peer = peers[mark.connection.rawValue] else { return nil }
        return clws_acknowledged_bytes(peer.seat.pointee.descriptor) >= mark.bytes
    }

    func remoteAddress(of connection: ConnectionID) -> NetworkAddress? {
        peers[connection.rawValue]?.address
    }

    /// Sends a close frame, and gives the client some time to answer it.
    func startClosing(_ peer: Peer, code: WebSocketCloseCode, reason: String) {
        peer.closeCode = code
        guard write(WebSocketFrame(closing: code, reason: reason), to: peer) else { return }
        peer.phase = .closing
        peer.since = loop.now
        // The answer may stand behind what has not been read.
        updateReading(of: peer)
        watchDeadline(of: peer)
    }

    func ping(_ peer: Peer) {
        let frame = WebSocketFrame(opcode: .ping, reserving: 1) { $0.append(UInt8(ascii: "?")) }
        peer.pingedAt = loop.now
        write(frame, to: peer)
    }
}

extension [UInt8] {
    /// Whether the bytes are well-formed UTF-8.
    var isUTF8: Bool {
        (try? UTF8Span(validating: span)) != nil
    }
}
