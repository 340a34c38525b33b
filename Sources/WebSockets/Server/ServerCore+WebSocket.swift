import CLibwebsockets

extension ServerCore {
    /// A client asks for another protocol than HTTP.
    func upgradeRequested(_ event: LibraryEvent, by peer: Peer) -> Int32 {
        guard let wsi = peer.wsi,
            let request = RequestReader(wsi: wsi).request(from: peer.address, on: peer.id)
        else { return -1 }
        peer.hasHadRequest = true
        peer.request = request
        if let response = UpgradeRequest(request, configuration: configuration).refusal {
            return refuse(peer, response)
        }
        peer.offersDeflate = request.offersSharedDeflate
        // Decided before the call, as the delegate may drop the connection in the same breath.
        peer.phase = .upgrading
        peer.since = loop.now
        switch delegate?.assumeIsolated({ $0.connectionRequested(request) }) {
        case .accept:
            peer.isAccepted = true
            peer.request = nil
            return 0
        case .refuse(let response):
            return refuse(peer, response)
        case nil:
            return -1
        }
    }

    func opened(_ peer: Peer) {
        if let wsi = peer.wsi { peer.seat.pointee.descriptor = lws_get_socket_fd(wsi) }
        peer.phase = .open
        peer.since = loop.now
        peer.lastHeard = peer.since
        watchDeadline(of: peer)
        let id = peer.id
        delegate?.assumeIsolated { $0.connectionOpened(id) }
    }

    /// A piece of a message: puts messages together, and judges them.
    func received(_ event: LibraryEvent, from peer: Peer) {
        guard peer.phase == .open else { return }
        guard lws_frame_is_binary(event.wsi) == 0 else {
            startClosing(peer, code: .unsupportedData, reason: "only text is taken")
            return
        }
        let toCome = lws_remaining_packet_payload(event.wsi)
        let limit = configuration.maximumMessageBytes
        guard event.count + toCome <= limit - peer.message.count else {
            peer.message = []
            startClosing(peer, code: .messageTooBig, reason: "a message may have \(limit) bytes")
            return
        }
        let isWhole = lws_is_final_fragment(event.wsi) != 0
        if peer.message.isEmpty && !isWhole {
            peer.message.reserveCapacity(event.count + toCome)
        }
        if let bytes = event.bytes {
            peer.message.append(
                contentsOf: UnsafeRawBufferPointer(start: bytes, count: event.count)
            )
        }
        guard isWhole else { return }
        let message = peer.message
        peer.message = []
        guard message.isUTF8 else {
            startClosing(peer, code: .invalidPayload, reason: "not UTF-8")
            return
        }
        let id = peer.id
        delegate?.assumeIsolated { $0.messageReceived(message, on: id) }
    }

    /// The socket takes bytes again, and the library has sent what it held.
    func writable(_ peer: Peer) {
        guard peer.isChoked, let wsi = peer.wsi, lws_partial_buffered(wsi) == 0 else { return }
        peer.isChoked = false
        guard peer.phase == .open else { return }
        watchDeadline(of: peer)
        let id = peer.id
        delegate?.assumeIsolated { $0.connectionDrained(id) }
    }

    /// The client closes, or answers our closing.
    func closeArrived(_ event: LibraryEvent, at peer: Peer) -> Int32 {
        guard peer.phase == .open else { return -1 }
        let payload = UnsafeRawBufferPointer(start: event.bytes, count: event.count)
        let farewell = ClientFarewell(Array(payload))
        // We answer, and the library closes: left to itself it reads on before it answers, and drops
        // a client without one that has sent nonsense behind its close frame.
        _ = write(farewell.answer, to: peer)
        peer.closeCode = farewell.code
        peer.phase = .closing
        return -1
    }

    // MARK: - Sending

    func close(_ connection: ConnectionID, code: WebSocketCloseCode, reason: String) {
        guard let peer = peers[connection.rawValue] else { return }
        switch peer.phase {
        case .open: startClosing(peer, code: code, reason: reason)
        case .upgrading: kill(peer)
        default: break
        }
    }

    /// Reads from a connection, or lets its sender wait.
    func setReceiving(_ isReceiving: Bool, from connection: ConnectionID) {
        guard let peer = peers[connection.rawValue], peer.phase == .open, let wsi = peer.wsi
        else { return }
        peer.isPaused = !isReceiving
        if isReceiving {
            // It could not be heard before.
            peer.lastHeard = loop.now
            peer.pingedAt = nil
            watchDeadline(of: peer)
        }
        lws_rx_flow_control(wsi, isReceiving ? 1 : 0)
    }

    func bytesSent(to connection: ConnectionID) -> UInt64 {
        seats[connection]?.pointee.bytesSent ?? 0
    }

    /// Marks how far a connection's bytes have come; nil if the library holds some, or it cannot be told.
    func mark(_ connection: ConnectionID) -> AcknowledgementMark? {
        guard let peer = peers[connection.rawValue], peer.phase == .open, !peer.isChoked,
            let wsi = peer.wsi
        else { return nil }
        let descriptor = lws_get_socket_fd(wsi)
        let acknowledged = clws_acknowledged_bytes(descriptor)
        let rest = clws_unacknowledged_bytes(descriptor)
        // What was acknowledged between the two questions would be counted twice or not at all.
        guard rest >= 0, clws_acknowledged_bytes(descriptor) == acknowledged else { return nil }
        return AcknowledgementMark(connection: connection, bytes: acknowledged + UInt64(rest))
    }

    func hasAcknowledged(_ mark: AcknowledgementMark) -> Bool? {
        guard let wsi = peers[mark.connection.rawValue]?.wsi else { return nil }
        return clws_acknowledged_bytes(lws_get_socket_fd(wsi)) >= mark.bytes
    }

    func remoteAddress(of connection: ConnectionID) -> NetworkAddress? {
        peers[connection.rawValue]?.address
    }

    /// Sends a close frame; the library's own way of closing loses it with libuv.
    func startClosing(_ peer: Peer, code: WebSocketCloseCode, reason: String) {
        peer.closeCode = code
        if peer.isPaused {
            // The answer stands behind what has not been read.
            setReceiving(true, from: peer.id)
        }
        guard write(WebSocketFrame(closing: code, reason: reason), to: peer) else { return }
        peer.phase = .closing
        peer.since = loop.now
        watchDeadline(of: peer)
    }

    func ping(_ peer: Peer) {
        // The library keeps an empty pong to itself, so there is something in the ping.
        let frame = WebSocketFrame(opcode: .ping, reserving: 1) { $0.append(UInt8(ascii: "?")) }
        peer.pingedAt = loop.now
        _ = write(frame, to: peer)
    }
}

extension [UInt8] {
    /// Whether the bytes are well-formed UTF-8.
    var isUTF8: Bool {
        (try? UTF8Span(validating: span)) != nil
    }
}
